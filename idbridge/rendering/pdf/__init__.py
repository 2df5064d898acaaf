"""Pages of a PDF as pictures, drawn by pdfium in a process of their own."""
