"""Text that is not ours, as Markdown shows it literally."""

from __future__ import annotations

import re

from kshop_audit.model.patterns import regex

# Everything that could begin a link, a tag, an entity, emphasis, code, a table cell or a mention.
_SPECIAL = regex(r"([\\`*_\[\]>|~$#])")
_AUTOLINK = regex(r"(?i)(https?|ftp)(?=://)|www(?=\.)|@(?=\w)")
_LEADING = regex(r"^(?:[-+=]|[0-9]+(?=[.)](?:\s|$)))")


def escape(text: str) -> str:
    """Text that Markdown shows as it stands: no markup, link, image, HTML, mention or list."""
    # Entities, not backslashes: a page that takes the file for HTML must not see a tag either.
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SPECIAL.sub(r"\\\1", escaped)
    escaped = _AUTOLINK.sub(_unlinked, escaped)
    return _LEADING.sub(_unlisted, escaped)


def _unlinked(found: re.Match[str]) -> str:
    # Renderers look for addresses and names after they have removed the backslashes.
    return "＠" if found[0] == "@" else f"{found[0][0]}<!-- -->{found[0][1:]}"


def _unlisted(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if not found[0].isdigit() else f"{found[0]}<!-- -->"
