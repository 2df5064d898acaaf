"""XML signatures (XML-DSig 1.1) and XAdES 1.1.1 to 1.4.1 (EN 319 132-1): enveloped, enveloping, detached, manifests.

`reading.read` serves the catalogue, `reading.read_signatures` the containers that hold XML signatures. Nothing is imported
here: evidence records in XML are read by this room's means, and signatures hold evidence records.
"""
