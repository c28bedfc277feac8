"""What a name that does not exist may have been meant to be: every "did you mean" of the tool."""

from __future__ import annotations

from collections.abc import Iterable

from kshop_audit.model.metadata import Text

NOTHING = Text(zh="", en="")


def suggest(name: str, known: Iterable[str], otherwise: Text = NOTHING) -> Text:
    """The end of a message about an unknown name: the known one that is most like it.

    `otherwise`: the end of the message if none is like it.
    """
    import difflib  # noqa: PLC0415  only a message needs it

    close = difflib.get_close_matches(name, sorted(known), n=1)
    if not close:
        return otherwise
    return Text(zh=f"，是不是 {close[0]}？", en=f"; did you mean {close[0]}?")
