"""Conversations: who asks, who answers, how soon, and what they write."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from benchmarks.dice import DAY, DAYS, WORDS, draw, moments, one_of, plain, stamp

# Who speaks in a conversation: buyer, agent, robot, system; one letter a message.
TALKS = ("BAB", "BRABA", "BBABAAS", "BABA", "BRBABA")
TURN = "".join(TALKS)

ROLES = {"B": "买家", "A": "客服", "R": "机器人", "S": "系统"}

RARE = 20_000
"""One merchant message in so many breaks a rule of conduct."""


def chats(total: int) -> Iterator[pl.DataFrame]:
    """The messages of each day; conversations that go on past midnight belong to the next."""
    turns = len(TURN)
    talks = -(-total * len(TALKS) // turns)
    left: pl.DataFrame | None = None
    written = 0
    for day in range(DAYS):
        rows = _spoken(moments(talks, day))
        rows = rows if left is None else pl.concat([left, rows])
        over = pl.col("second") >= (day + 1) * DAY
        left = rows.filter(over)
        rows = rows.filter(~over).sort("second", "talk", "place")
        if day == DAYS - 1:  # whatever is still missing is said in the last second
            rows = pl.concat([rows, left.with_columns(second=pl.lit(DAYS * DAY - 1, pl.Int64))])
        rows = rows.head(total - written)
        yield _messages(rows, written)
        written += rows.height


def _spoken(starts: pl.DataFrame) -> pl.DataFrame:
    """talk, place, role, second of every message of these conversations."""
    sizes = pl.lit(pl.Series([len(turns) for turns in TALKS]))
    talk, place = pl.col("index"), pl.col("place")
    key = talk * 8 + place
    reply = pl.col("role").is_in(["A", "R"])
    waited = (
        pl.when(place == 0).then(0)
        .when(pl.col("role") == "R").then(1)
        .when(reply & (draw(key, 1, 100) < 8)).then(301 + draw(key, 2, 3000))
        .when(reply).then(8 + draw(key, 3, 200))
        .otherwise(4 + draw(key, 4, 90))
    )  # fmt: skip
    names = pl.lit(pl.Series([list(turns) for turns in TALKS]))
    gaps = pl.col("waited").cast(pl.Int64)
    return (
        starts.lazy()
        .with_columns(
            place=pl.int_ranges(sizes.gather(talk % len(TALKS))),
            role=names.gather(talk % len(TALKS)),
        )
        .explode("place", "role")
        .with_columns(waited=waited)
        .with_columns(run=gaps.cum_sum())
        .with_columns(before=pl.when(place == 0).then("run").forward_fill())
        .select(
            talk="index",
            place="place",
            role="role",
            second=pl.col("second") + pl.col("run") - pl.col("before"),
        )
        .collect()
    )


def _messages(rows: pl.DataFrame, written: int) -> pl.DataFrame:
    talk, key = pl.col("talk"), pl.col("talk") * 8 + pl.col("place")
    role = pl.col("role")
    quoted = draw(key, 11, 20) == 0
    content = (
        pl.when(role == "S").then(pl.lit("[系统消息] 买家超时未回复，会话关闭"))
        .when(role == "B").then(
            pl.when(quoted).then(one_of(WORDS["asked_quoted"], key, 12))
            .otherwise(one_of(WORDS["asked"], key, 13))
        )
        .when(draw(key, 14, RARE) == 0).then(one_of(WORDS["offences"], key, 15))
        .when(quoted).then(one_of(WORDS["said_quoted"], key, 16))
        .otherwise(one_of(WORDS["said"], key, 17))
    )  # fmt: skip
    numbered = pl.format("{}，尾号{}", content, 1000 + draw(key, 21, 9000))
    content = pl.when((role != "S") & (draw(key, 22, 3) == 0)).then(numbered).otherwise(content)
    die = draw(key, 18, 200)
    kind = (
        pl.when(role == "S").then(pl.lit("系统"))
        .when(die < 9).then(pl.lit("图片")).when(die < 11).then(pl.lit("商品卡片"))
        .otherwise(pl.lit("文本"))
    )  # fmt: skip
    agent = (
        pl.when(role == "S").then(pl.lit("")).when(role == "R").then(pl.lit("智能客服"))
        .otherwise(one_of(WORDS["agents"], talk, 19))
    )  # fmt: skip
    frame = rows.select(
        pl.format("HH2610{}", talk.cast(pl.String).str.zfill(9)).alias("会话ID"),
        pl.format("2610{}", (pl.int_range(pl.len()) + written).cast(pl.String).str.zfill(13)).alias(
            "消息ID"
        ),
        pl.format("KS{}", 200_000_000 + draw(talk // 3, 20, 700_000_000)).alias("买家ID"),
        agent.alias("客服账号"),
        role.replace_strict(ROLES).alias("发送方"),
        stamp(pl.col("second")).alias("发送时间"),
        kind.alias("消息类型"),
        content.alias("消息内容"),
    )
    return plain(frame)
