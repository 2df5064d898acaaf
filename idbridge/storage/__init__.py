"""Ports for what must last (SQL) and for what expires (Redis protocol), and their adapters."""
