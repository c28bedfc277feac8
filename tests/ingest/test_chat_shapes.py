"""One shop, its conversations in every shape: the figures are those of a row a message."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.auditing.assemble import Audit
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.codec import encode
from kshop_audit.ingest import Request
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import InputMapping, Settings
from tests.ingest.chat_shapes import SHAPES, SHOP, copied, rows, spoken
from tests.shops.shop import random_shop


def figures(done: Audit) -> dict[str, Any]:
    """What a report says of every rule, without where its evidence stands."""
    data = json.loads(encode(done.report), parse_float=Decimal)
    for result in data["rules"]:
        result.pop("evidence", None)
        result.pop("findings", None)
    return {"rules": data["rules"], "verdict": data["verdict"]}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [5, 11])
def test_every_shape_gives_the_figures_of_a_row_a_message(
    tmp_path: Path, shape: str, seed: int
) -> None:
    shop, as_of = random_shop(seed, 24)
    said = spoken(shop)
    assert len(said) > 30
    mapping = InputMapping(values={"sender_role": SHOP}, copied_on=copied(said))
    name, write = SHAPES[shape]
    stated = []
    for folder, file, content in (("a", "chats.csv", rows(said)), ("b", name, write(said))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(content, encoding="utf-8", newline="")
        request = Request((tmp_path / folder,), mappings={Kind.CHATS: mapping})
        (tmp_path / f"{folder} scratch").mkdir()
        order = AuditRequest(request, Settings(), as_of)
        stated.append(audit(order, tmp_path / f"{folder} scratch"))
    assert figures(stated[1]) == figures(stated[0])
    (entry,) = stated[1].report.inputs
    assert (entry.rows, entry.rejected, entry.skipped) == (len(said), 0, 0)
    assert any(result.status.value in ("pass", "fail") for result in stated[1].report.rules)
