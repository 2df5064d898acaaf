"""Certificates, algorithms, paths, revocation and issuing. Pure: bytes and times come in, reports go out."""
