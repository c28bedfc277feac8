"""Bytes to typed lazy tables: every record of every file, once, none lost."""

from kshop_audit.ingest.access import while_reading
from kshop_audit.ingest.catalogue import is_known
from kshop_audit.ingest.contract import Request, Source
from kshop_audit.ingest.opening import open_inputs
from kshop_audit.ingest.reasons import REASONS
from kshop_audit.ingest.typed import Records, Spoken

__all__ = [
    "REASONS",
    "Records",
    "Request",
    "Source",
    "Spoken",
    "is_known",
    "open_inputs",
    "while_reading",
]
