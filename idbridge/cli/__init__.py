"""The `idbridge` command."""
