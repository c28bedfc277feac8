"""Bytes to typed lazy tables: every record of every file, once, none lost."""

from kshop_audit.ingest.cells.reasons import REASONS
from kshop_audit.ingest.cells.typed import Records, TextNeeds
from kshop_audit.ingest.contract import Request, Source
from kshop_audit.ingest.files.access import while_reading
from kshop_audit.ingest.files.opening import open_inputs
from kshop_audit.ingest.headers.catalogue import is_known
from kshop_audit.ingest.sources import Reading

__all__ = [
    "REASONS",
    "Reading",
    "Records",
    "Request",
    "Source",
    "TextNeeds",
    "is_known",
    "open_inputs",
    "while_reading",
]
