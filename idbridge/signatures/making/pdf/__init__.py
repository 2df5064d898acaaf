"""Signs PDFs and takes them from B to LTA, by appending only (EN 319 142-1, ISO 32000-2 clause 12.8).

`signing` makes signatures, `augmenting` adds timestamps and validation data; both write through `revision`, which appends an
update and leaves every earlier octet where it is.
"""
