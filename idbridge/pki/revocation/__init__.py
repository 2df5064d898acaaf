"""Revocation: what CRLs (RFC 5280 §6.3) and OCSP responses (RFC 6960) at hand say about a certificate at a time.

`crl` and `ocsp` read bytes into facts; `scope` says which certificates a CRL speaks of; `by_crl` and `by_ocsp` judge;
and `judging` weighs both. Nothing is fetched: evidence that is not at hand is reported with the URLs that should have
it.
"""
