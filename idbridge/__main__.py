"""`python -m idbridge` is the `idbridge` command."""

from idbridge.cli import main

main()
