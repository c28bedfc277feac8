"""`python -m kshop_audit`, the same as the installed command."""

from kshop_audit.cli import process

process()
