"""Texts that are no table of a known kind, named for what they are: no cell is shown."""

from __future__ import annotations

import re

from kshop_audit.ingest.convert.copied_times import TIME_LIKE
from kshop_audit.ingest.headers.catalogue import mostly_known, normal, prefix
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind

FIRST_LINES = 40
"""Lines that are not blank among which something is looked for."""
MOST_NAME = 60
SEVERAL = 2
"""Headers or lines of a sort that make it more than a coincidence."""

_DELIMITED = regex(r"[,\t;|]")
_SPEAKER_ALONE = regex(r"[^\s:：,;\t]{1,30}[:：]\s*$")
_CLOCK = regex(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)")
_JSON = regex(r"[\s\ufeff]*(?:\{\s*[\"}]|\[\s*[\[{\"\]\d-])")
_DAYS = frozenset(map(normal, ("日期", "统计日期", "date", "day", "时间", "统计时间")))
_FIGURES = frozenset(
    map(
        normal,
        (
            "三分钟回复率", "3分钟回复率", "5分钟回复率", "五分钟回复率", "三分钟人工回复率",
            "不服务率", "咨询人数", "咨询人次", "接待人数", "接待人次", "人工会话量", "会话量",
            "人工平均回复时长", "平均回复时长", "平均响应时长", "首次响应时长", "好评率", "差评率",
            "IM不满意率", "不满意率", "满意度", "询单人数", "下单人数", "支付人数", "询单转化率",
            "询单客单价", "客服销售额", "回复率", "应答率", "人工回复率",
        ),
    )
)  # fmt: skip
"""Figures of the customer service that back offices export for a range of days."""

_OF_SERVICE = regex("回复|咨询|会话|服务率|询单|响应|接待|应答|客服|不满意")
"""What only figures of the customer service say; buyers and payments stand in other exports too."""

_OTHER_JSON = (
    Text(
        "是 JSON，但里面没有认得的记录，未读取",
        "JSON that holds no records of a known kind, and was not read",
    ),
    Text(
        "如果是聊天，请让每条消息带上 session_id、sender_role、sent_at、content"
        "（或会话里套 messages 列表），或导出 CSV/XLSX；如果不是导出数据，可以不管",
        "if these are chats, give each message session_id, sender_role, sent_at and content (a "
        "list messages inside each conversation will do), or export CSV or XLSX; if it is no "
        "export, nothing is to be done",
    ),
)
_OTHER_TALK = (
    Text(
        "看来是聊天文本，但看不出每条消息是谁在什么时候说的",
        "seems to be a conversation as text, but not who said what when",
    ),
    Text(
        "能读的写法：每条消息先写一行“[昵称] 2026-10-28 10:00:00”（或“昵称 2026-10-28 10:00:00”"
        "“2026-10-28 10:00:00 昵称”），下面几行写内容；店铺方的昵称列入 shop.toml 的 "
        "[inputs.chats.values.sender_role]",
        'what can be read: a line "[name] 2026-10-28 10:00:00" ("name 2026-10-28 10:00:00" and '
        '"2026-10-28 10:00:00 name" will do), and below it what was said; list the shop\'s names '
        "in [inputs.chats.values.sender_role] of shop.toml",
    ),
)
_NO_COUNTS = (
    Text(
        "是按天的客服数据，但只有比率、时长或人数，没有消息数和按时回复的消息数，算不出达标率",
        "figures of the customer service by day, but rates, durations or people only: without "
        "messages and those answered in time no rate can be made of them",
    ),
    Text(
        "请在 shop.toml 的 [declared.规则编号] 里写明后台看到的数（规则编号见 kshop-audit rules），"
        "或给出有 日期、消息数、回复数 三列的表",
        "write the back office's figures into shop.toml under [declared.RULE] (kshop-audit rules "
        "lists the rules), or give a table of date, messages and answered",
    ),
)
_NO_DAY = (
    Text(
        "是客服考核或统计数据，但没有日期列，看不出是哪一天的",
        "figures of the customer service without a column of days: of which days is not known",
    ),
    Text(
        "请在 shop.toml 的 [declared.规则编号] 里写明这些数（numerator、denominator、from、to、"
        "source；规则编号见 kshop-audit rules），或导出按天的数据",
        "write them into shop.toml under [declared.RULE] (numerator, denominator, from, to, "
        "source; kshop-audit rules lists the rules), or export the figures by day",
    ),
)


def strange(text: str, pin: Kind | None) -> tuple[Text, Text] | None:
    """What a text without a known header is and what to do; None if nothing shows it.

    `pin`: the kind that the operator says it is.
    """
    if _JSON.match(text):
        return _OTHER_JSON
    figures = _figures(text, pin)
    if figures is not None:
        return figures
    return _OTHER_TALK if pin in (Kind.CHATS, None) and _talk(text, pin) else None


def _lines(text: str) -> list[str]:
    lines = (line.strip("\ufeff \r\n") for line in text[: 1 << 16].splitlines())
    return [line for line in lines if line.strip()][:FIRST_LINES]


def _figures(text: str, pin: Kind | None) -> tuple[Text, Text] | None:
    """What to say if one of the first rows names figures of the customer service."""
    if pin not in (Kind.SERVICE_STATS, None):
        return None
    for line in _lines(text)[:20]:
        cells = [normal(cell.strip('"')) for cell in re.split(r"[,\t;]", line)]
        names = {name for cell in cells for name in (cell, prefix(cell))}
        known = {prefix(cell) for cell in cells if prefix(cell) in _FIGURES}
        of_service = len(known) >= SEVERAL and any(map(_OF_SERVICE.search, known))
        if of_service or (known and pin is not None):
            return _NO_COUNTS if names & _DAYS else _NO_DAY
    return None


def _talk(text: str, pin: Kind | None) -> bool:
    """Whether the lines of a text are those of a conversation rather than rows of a table."""
    lines = _lines(text)
    if not lines or _DELIMITED.search(lines[0]) or mostly_known(re.split("[，；、]", lines[0])):
        return False
    spoken = [
        line
        for line in lines
        if len(line) <= MOST_NAME and (_SPEAKER_ALONE.match(line) or _CLOCK.search(line))
    ]
    if pin is Kind.CHATS:
        return True
    if any(len(_DELIMITED.findall(line)) >= SEVERAL for line in lines):
        return False  # rows of a table below a preamble
    # Times alone in their lines are those of messages if a name or some words stand with each.
    timed = all(TIME_LIKE.fullmatch(line) for line in spoken)
    return len(spoken) >= SEVERAL and (not timed or len(lines) >= 2 * len(spoken))
