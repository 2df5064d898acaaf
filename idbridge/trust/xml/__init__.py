"""The XML of trust lists: bounded parsing, XAdES signatures, and the elements, read and written."""
