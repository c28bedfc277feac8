"""The command line: the only place that reads the clock, prints and exits.

Nothing heavy is imported here: `--help` and shell completion load neither Polars nor pydantic;
each command imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn, TextIO

from kshop_audit.cli.stopping import stoppable

ALLOCATOR = "_RJEM_MALLOC_CONF"
"""What the memory of Polars looks for when it is loaded, on Linux; elsewhere nobody reads it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; never raises for a fault of the user."""
    alone = arguments is None
    if alone:
        # A run makes hardly any garbage, whatever the size of its files: they are no objects of
        # Python's. Looking for it in the 120,000 objects of a usual run cost 0.02 to 0.06 s.
        gc.set_threshold(500_000, 20, 20)
        # Columns of millions of rows come and go: given back a second later, and to one pool a
        # processor, they are used again instead of asked for anew (decision 32).
        pools = os.cpu_count() or 1
        reused = "oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0"
        os.environ.setdefault(ALLOCATOR, f"{reused},narenas:{pools}")
    with stoppable(last=alone):
        from kshop_audit.cli.application import run

        return run(sys.argv[1:] if arguments is None else arguments)


def process() -> NoReturn:
    """The command as a whole process.

    What is alive now needs no search for garbage: without `freeze` the end would cost a tenth of a
    run over a sample shop (0.09 of 0.79 s of processor time).
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed, or none at all
            _discard(stream)
    gc.freeze()
    sys.exit(code)


def _discard(stream: TextIO | None) -> None:
    """Let what is still to be written go nowhere: nobody reads it any more."""
    with suppress(OSError, ValueError, AttributeError):
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
