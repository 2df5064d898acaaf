"""Use cases: gather, call the core, store."""
