"""Making signatures, seals and sealed documents. Pure: keys come as a `Signer`, times and identifiers from the caller."""
