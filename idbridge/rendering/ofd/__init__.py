"""Pages of OFD documents (GB/T 33190) as SVG: enough to read them, with their seals where they stand."""
