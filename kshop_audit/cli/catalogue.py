"""The commands, in the order of the help. A new command is one module and one line here."""

from __future__ import annotations

from kshop_audit.cli import (
    aspects,
    check,
    close,
    diff,
    doctor,
    history,
    insights,
    render,
    rules,
    schema,
)

COMMANDS = (
    check.register,
    close.register,
    diff.register,
    doctor.register,
    insights.register,
    aspects.register,
    history.register,
    render.register,
    rules.register,
    schema.register,
)
