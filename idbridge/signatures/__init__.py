"""Signed documents: facts are read by format, judged by one process. Pure."""
