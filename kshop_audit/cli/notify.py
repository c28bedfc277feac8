"""`--notify`: the brief of a run sent to an address that the operator gave.

The only place that may reach the network, and only there. The address holds passwords and keys as a
rule, so it is never printed.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kshop_audit.cli import printing

if TYPE_CHECKING:
    from kshop_audit.model.report import Report

_PACKAGE = "apprise"


def send(addresses: Sequence[str], report: Report, lang: str) -> None:
    """Send the brief to every address; what goes wrong is a notice and changes no exit code."""
    if not addresses:
        return
    from kshop_audit.report.text import brief

    title, _, body = brief.render(report, lang).partition("\n")
    for number, address in enumerate(addresses, 1):
        fault = _sent(address, title, body or title)
        if fault is not None:
            zh, en = fault
            place = f" {number}" if len(addresses) > 1 else ""
            scheme = printing.plain(address.partition("://")[0]) if "://" in address else "?"
            start = f"--notify{place} ({scheme}://…): "
            printing.notice(start + (en if lang == "en" else zh))


def _sent(address: str, title: str, body: str) -> tuple[str, str] | None:
    """What went wrong, in both languages; None if the message was taken."""
    # The package tells its own troubles, addresses included, through these two.
    logging.getLogger(_PACKAGE).disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import apprise
        except ImportError:
            return (
                "要先安装 apprise：pip install 'kshop-audit[notify]'",
                "needs apprise: pip install 'kshop-audit[notify]'",
            )
        service = apprise.Apprise()
        try:
            if not service.add(address):
                return "不认识的地址，没有发送", "unknown address, nothing was sent"
            # As text, so that a service that shows HTML or Markdown escapes it.
            taken = bool(
                service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
            )
        except (OSError, TypeError, ValueError):  # it catches what it expects; some services less
            taken = False
    return None if taken else ("没有发送成功", "could not be sent")
