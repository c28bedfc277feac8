"""The options that several commands share, in groups that a command combines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli.binding import OneForEach, Options, option
from kshop_audit.cli.language import say
from kshop_audit.model.frozen import frozen
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.schema import Kind
from kshop_audit.report import formats

DEFAULT_FORMAT, QUIET_FORMAT = "text", "brief"
EVERY_RULE = "all"
"""Stands for a rule where `--details` is not followed by one."""

if TYPE_CHECKING:
    _Stream = str
    _Effect = str
else:  # the choices of Typer are a Literal, and a type checker knows only written ones
    _Stream = Literal[tuple(entry.name for entry in formats.streams())]
    _Effect = Literal[tuple(entry.name for entry in formats.effects())]

FormatOption = Annotated[_Stream, option("--format", "标准输出的格式", "format on stdout")]
EffectFormatOption = Annotated[_Effect, option("--format", "标准输出的格式", "format on stdout")]

_SUFFIXES = " ".join(
    entry.suffix if entry.suffix == f".{entry.name}" else f"{entry.suffix} ({entry.name})"
    for entry in formats.files()
)

OutOption = Annotated[
    list[str],
    option(
        "--out",
        f"另存报告，可多次，按后缀定格式：{_SUFFIXES}；"
        "或写 FORMAT:FILE，如 gitlab:gl.json；- = 标准输出",
        f"write the report too (repeatable); the suffix tells the format: {_SUFFIXES}; or "
        "FORMAT:FILE, such as gitlab:gl.json; - = stdout",
        metavar="FILE",
    ),
]

# `--evidence` is where evidence is written.
_PIN_NAMES = {kind: kind.value for kind in Kind} | {Kind.EVIDENCE: "evidence-file"}
_PINS = OneForEach(
    {
        name.replace("-", "_"): (
            kind,
            option(
                f"--{name}",
                f"指定为{KIND_NAMES[kind].zh}文件",
                f"take FILE as {KIND_NAMES[kind].en}",
                metavar="FILE",
            ),
        )
        for kind, name in _PIN_NAMES.items()
    }
)


@frozen(slots=False, kw_only=True)
class InputOptions(Options):
    """Which files are read, and how."""

    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help=say("导出文件或文件夹", "exported files, or folders of them"),
            show_default=False,
        ),
    ] = field(default_factory=list)
    pinned: Annotated[
        Mapping[Kind, list[Path]],
        _PINS,
    ] = field(default_factory=dict)
    encoding: Annotated[
        str | None,
        option("--encoding", "文件编码（默认自动识别）", "encoding (default: found by trial)"),
    ] = None
    delimiter: Annotated[
        str | None,
        option(
            "--delimiter",
            "分隔符：comma、tab、semicolon 或单个字符",
            "comma, tab, semicolon or a character",
        ),
    ] = None
    password_env: Annotated[
        str | None,
        option(
            "--password-env",
            "存有工作簿密码的环境变量名",
            "environment variable with the password of workbooks",
            metavar="VAR",
        ),
    ] = None
    shop: Annotated[
        str | None,
        option(
            "--shop",
            "文件里有多家店铺时，只看这个店铺ID的订单",
            "of files that hold several shops, the shop_id of the one to look at",
            metavar="ID",
            variable="SHOP_ID",  # KSHOP_AUDIT_SHOP is the name of the shop in the configuration
        ),
    ] = None
    tz: Annotated[
        str,
        option(
            "--tz",
            "文件中没写时区的时间属于哪个时区（如 Europe/London）",
            "zone of times in the files that name none, such as Europe/London",
            metavar="ZONE",
        ),
    ] = "Asia/Shanghai"
    max_bad_rows: Annotated[
        str | None,
        option(
            "--max-bad-rows",
            "坏行上限（默认 0.5%），超过则不审计",
            "share of bad rows allowed (0.5%)",
        ),
    ] = None
    no_cache: Annotated[
        bool,
        option(
            "--no-cache",
            "每次都重新读文件，不用也不写缓存（CI 里本来就不用）",
            "read the files anew: neither use nor write the cache (CI never does)",
        ),
    ] = False
    no_progress: Annotated[bool, option("--no-progress", "不显示进度", "no progress on stderr")] = (
        False
    )


@frozen(slots=False, kw_only=True)
class ConfigOptions(Options):
    """What the configuration says, and what stands above it."""

    pack: Annotated[
        list[str],
        option(
            "--pack",
            "规则包名称或 TOML 文件（可重复，各出一栏）",
            "rule pack: a name or a TOML file (repeatable: a column each)",
            metavar="NAME|FILE",
        ),
    ] = field(default_factory=list)
    config: Annotated[
        Path | None,
        option(
            "--config",
            "配置文件（默认 ./shop.toml）",
            "configuration (default: ./shop.toml)",
            metavar="FILE",
        ),
    ] = None
    sets: Annotated[
        list[str],
        option(
            "--set", "临时修改一项配置", "set one key of the configuration", metavar="KEY=VALUE"
        ),
    ] = field(default_factory=list)
    isolated: Annotated[
        bool,
        option("--isolated", "不读 shop.toml 和环境变量", "neither shop.toml nor environment"),
    ] = False


@frozen(slots=False, kw_only=True)
class MomentOptions(Options):
    """Up to when things count."""

    as_of: Annotated[
        str | None,
        option(
            "--as-of",
            "审计时点（默认取数据中最新时间）",
            "instant of the audit (default: newest event)",
            metavar="DATE|TIME",
        ),
    ] = None


@frozen(slots=False, kw_only=True)
class RuleOptions(MomentOptions):
    """Which rules count, when, and how much."""

    max_age: Annotated[
        str | None,
        option(
            "--max-age",
            "数据超过此时长则必需规则不给结论",
            "older data give required rules no verdict",
            metavar="DURATION",
        ),
    ] = None
    select: Annotated[
        list[str], option("--select", "只审这些规则或类别", "only these rules", metavar="ID|FAMILY")
    ] = field(default_factory=list)
    ignore: Annotated[
        list[str], option("--ignore", "不审这些规则或类别", "leave these out", metavar="ID|FAMILY")
    ] = field(default_factory=list)
    level: Annotated[
        list[str],
        option(
            "--level",
            "修改规则级别：error、warn、info、off",
            "level of a rule: error warn info off",
            metavar="ID=LEVEL",
        ),
    ] = field(default_factory=list)
    require: Annotated[
        list[str],
        option(
            "--require",
            "必须有结论的规则（all = 全部红线）",
            "must have a verdict (all = every gate)",
            metavar="ID|all",
        ),
    ] = field(default_factory=list)
    mutes: Annotated[
        Path | None,
        option(
            "--mutes",
            "例外清单（默认 ./mutes.toml）",
            "accepted exceptions (default: ./mutes.toml)",
            metavar="FILE",
        ),
    ] = None
    fail_on: Annotated[
        Literal["error", "warn", "never"],
        option("--fail-on", "哪一级不达标时退出码为 1", "level whose failures give exit code 1"),
    ] = "error"
    min_score: Annotated[
        str | None,
        option(
            "--min-score", "估算分低于此值时退出码为 1", "exit code 1 below this score", metavar="N"
        ),
    ] = None


@frozen(slots=False, kw_only=True)
class LookOptions(Options):
    """How a page for the terminal looks."""

    color: Annotated[Literal["auto", "always", "never"], option("--color", "颜色", "colour")] = (
        "auto"
    )
    ascii: Annotated[
        bool, option("--ascii", "不用制表符等特殊符号", "no symbols beyond plain text")
    ] = False
    width: Annotated[
        int | None,
        option("--width", "输出宽度（列）", "columns of the output", min=40, metavar="N"),
    ] = None


DetailsOption = Annotated[
    list[str],
    option(
        "--details",
        "列出这条规则的全部细节（规则名或中文标题，可多次）；不写规则 = 全部，同 -v",
        "everything on this rule (id or title, repeatable); without a rule on all, as -v",
        metavar="[RULE]",
        without_value=EVERY_RULE,
    ),
]


HistoryOption = Annotated[
    str | None,
    option(
        "--history",
        "把每次结果记进这个文件（SQLite，不含个人信息）；off = 不记（默认）",
        "store the figures of every run in this file (SQLite, nothing personal); off (default)",
        metavar="FILE|off",
    ),
]


@frozen(slots=False, kw_only=True)
class EarlierOptions(Options):
    """What earlier runs are for."""

    history: HistoryOption = None

    compare: Annotated[
        Path | None,
        option(
            "--compare",
            "与以前保存的报告相比：哪些变差、改好",
            "compare with an earlier report: what is worse, what is fixed",
            metavar="REPORT.json",
        ),
    ] = None
    fail_on_regression: Annotated[
        bool,
        option(
            "--fail-on-regression",
            "上次达标、这次不达标或没有结论时退出码为 1",
            "exit code 1 if a rule that passed now fails or has no verdict",
        ),
    ] = False


@frozen(slots=False, kw_only=True)
class MaskOptions(Options):
    """Where the brief is sent, and whether personal data are shown."""

    notify: Annotated[
        list[str],
        option(
            "--notify",
            "把简报发到这个地址（apprise 的写法，如 mailto://…；可多次）；加 -q 则达标时不发",
            "send the brief to this address (as apprise writes them, such as mailto://…; "
            "repeatable); with -q only if something is wrong",
            metavar="URL",
        ),
    ] = field(default_factory=list)
    no_mask: Annotated[
        bool, option("--no-mask", "不遮盖买家信息和聊天内容", "show buyer data and chat text")
    ] = False


@frozen(slots=False, kw_only=True)
class OutputOptions(MaskOptions, LookOptions):
    """Where the report goes and how it looks."""

    out: OutOption = field(default_factory=list)
    format: FormatOption = DEFAULT_FORMAT
    details: DetailsOption = field(default_factory=list)
    evidence: Annotated[
        Path | None,
        option(
            "--evidence", "把逐条证据写到此文件夹", "write the evidence rows here", metavar="DIR"
        ),
    ] = None
    evidence_limit: Annotated[
        int,
        option(
            "--evidence-limit",
            "每条规则最多写多少行证据",
            "evidence rows a rule",
            min=0,
            metavar="N",
        ),
    ] = 10_000
    by: Annotated[
        list[str],
        option(
            "--by",
            "按维度细分：agent、hour、day、weekday、carrier、province、product",
            "break figures down by agent, hour, day, weekday, carrier, province, product",
            metavar="NAME,…",
        ),
    ] = field(default_factory=list)
    quiet: Annotated[
        bool,
        option("--quiet", "达标时不输出，否则只给简报", "nothing if all is well, else brief", "-q"),
    ] = False
