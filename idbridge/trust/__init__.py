"""Whom we trust, for what, since when, and what one region's entry means in another. Pure."""
