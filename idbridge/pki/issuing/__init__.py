"""Issuing: profiles and orders become certificates, CRLs, OCSP answers and requests, signed by any signer.

Nothing here keeps state or reads the clock: serial numbers, times and what was revoked come from the caller
(`idbridge.services.certificate_authority`).
"""
