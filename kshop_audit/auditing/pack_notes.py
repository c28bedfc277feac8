"""What the reader must know of the packs that were chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from kshop_audit.auditing.selection import PackRun
from kshop_audit.auditing.versions import span_of
from kshop_audit.judging.judge import span_text
from kshop_audit.model.metadata import Text
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.settings import Span


def pack_notes(runs: Sequence[PackRun], platforms: Sequence[str]) -> Iterator[Text]:
    """Which pack was taken, which of them gives the score, which versions judge which days, which
    settings have no use.

    `platforms`: whose headers the files have.
    """
    first = runs[0]
    if not first.terms.settings.pack_chosen and tuple(platforms) == (judged := _judged(runs)):
        yield Text(
            zh=f"没有指定规则包，按文件的平台用{pack_name(judged[0]).zh}的规则。",
            en=f"No pack was chosen: files and rules are those of {pack_name(judged[0]).en}.",
        )
    if len(runs) > 1 and first.pack.dimensions:
        yield Text(
            zh=f"总分只按规则包 {first.pack.id} 计算；退出码看全部规则包。",
            en=f"The score is that of the pack {first.pack.id}; the exit code looks at all packs.",
        )
    for run in runs:
        for span, rules in _spans(run).items():
            pack, days = run.pack.id, span_text(span)
            zh, en = "、".join(rules), ", ".join(rules)
            yield Text(
                zh=f"统计期跨越规则版本，按事件当天的规则判定（S2-56）：{pack} {days.zh}：{zh}。",
                en="The period spans versions of the rules; each event is judged by the rule of "
                f"its day (S2-56): {pack} {days.en}: {en}.",
            )
        yield from _out_of_force(run)
        yield from _other_versions(run)
    unused = first.terms.settings.unused
    if unused:
        yield Text(
            zh=f"所选规则包用不到这些配置：{'、'.join(unused)}。",
            en=f"Of no use to the chosen packs, and not used: {', '.join(unused)}.",
        )


def pack_warnings(runs: Sequence[PackRun], platforms: Sequence[str]) -> Iterator[Text]:
    """That the files are of other platforms than the packs, which makes every figure doubtful."""
    judged = _judged(runs)
    if any(name not in judged for name in platforms):
        files, packs = "、".join(platforms), "、".join(judged)
        yield Text(
            zh=f"注意：文件来自 {files}，规则包是 {packs}；用 --pack 指定文件所属平台的规则包。",
            en=f"Careful: the files are of {files.replace('、', ', ')}, the rules of "
            f"{packs.replace('、', ', ')}; choose the pack of the files' platform with --pack.",
        )


def _other_versions(run: PackRun) -> Iterator[Text]:
    """Points that were learned under other rules are not used."""
    known = {(run.pack.id, run.pack.version)} | (
        {(run.series.id, run.series.version)} if run.series else set()
    )
    other = [
        own
        for own in run.terms.settings.learned
        if own.rule in run.pack.rules and (own.pack, own.version) not in known
    ]
    if other and run.series is None:
        yield Text(
            zh=f"有 {len(other)} 个学到的得分属于别的规则包或别的版本，没有使用。",
            en=f"{len(other)} learned points belong to another pack or version and are not used.",
        )


def _judged(runs: Sequence[PackRun]) -> tuple[str, ...]:
    """The platforms whose rules the packs hold."""
    return tuple(sorted({(run.series or run.pack).id.partition("-")[0] for run in runs}))


def _out_of_force(run: PackRun) -> Iterator[Text]:
    """A version that was chosen by name judges days on which it was not in force."""
    effective, terms = run.pack.effective, run.terms
    if effective is None or run.series is not None:
        return
    last = (terms.end - timedelta(days=1)).date()
    windowed = (r.info.id for r in run.rules if terms.pack.rules[r.info.id].window_days)
    first = min((terms.since(rule).date() for rule in windowed), default=last)
    if effective.first <= first and last <= effective.last:
        return
    days = span_text(span_of(effective))
    yield Text(
        zh=f"{first} 至 {last} 里有规则包 {run.pack.id} 生效期（{days.zh}）以外的日子；"
        "要按事件当天的规则判定（S2-56），请用多版本的规则包，如 kuaishou-by-date。",
        en=f"{first} to {last} holds days on which {run.pack.id} was not in force ({days.en}); "
        "to judge each event by the rule of its day (S2-56) take a series such as "
        "kuaishou-by-date.",
    )


def _spans(run: PackRun) -> dict[Span, list[str]]:
    """The parts of windows that the pack judges, with their rules."""
    found: dict[Span, list[str]] = {}
    for rule in run.rules:
        if span := run.terms.spans.get(rule.info.id):
            found.setdefault(span, []).append(rule.info.id)
    return found
