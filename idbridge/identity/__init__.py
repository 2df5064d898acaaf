"""Persons, identity documents, organisations, assurance, linking, pairwise subjects and release. Pure."""
