"""One module a format: bytes become evidence, and nothing is judged."""
