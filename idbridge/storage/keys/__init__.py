"""Private keys of authorities and signers: in encrypted files, or in hardware by PKCS#11. A reference says which."""
