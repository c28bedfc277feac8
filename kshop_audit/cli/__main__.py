"""`python -m kshop_audit.cli`, the same as the installed command."""

import sys

from kshop_audit.cli import main

sys.exit(main())
