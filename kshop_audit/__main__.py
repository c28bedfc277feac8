"""`python -m kshop_audit`, the same as the installed command."""

from kshop_audit.cli import process

if __name__ == "__main__":  # processes of a pool import this module under another name
    process()
