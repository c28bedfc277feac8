"""The files of a page, and its one script with the digest that the policy of the page names."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from markupsafe import Markup


class Scripts:
    """Our own scripts as one.

    `text`: what stands between the tags; `digest`: of its UTF-8, for the policy.
    """

    def __init__(self, *names: str) -> None:
        """`names`: files of the templates, in the order in which they run."""
        joined = '"use strict";\n' + "".join(part(name) for name in names)
        self.text = Markup(joined)  # noqa: S704  our own files
        self.digest = base64.b64encode(hashlib.sha256(joined.encode("utf-8")).digest()).decode()


def part(name: str) -> str:
    """A file of the page's templates."""
    return (files("kshop_audit.report") / "templates" / "page" / name).read_text(encoding="utf-8")
