"""Evidence records, in ASN.1 (RFC 4998) and in XML (RFC 6283): `reading.read` those that stand alone, `reading` any other."""
