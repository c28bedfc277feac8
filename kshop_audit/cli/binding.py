"""A Typer command from a dataclass of options and a function that takes it.

Commands share options, so these stand in dataclasses that are combined by inheritance instead of
in signatures of forty parameters. Every option gets its environment variable here, so none can
be forgotten. `Options.given` names what stood on the command line: the configuration reads the
environment itself and must be able to tell the two apart.
"""

from __future__ import annotations

import glob
import inspect
import os
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import typer

from kshop_audit.cli import printing
from kshop_audit.cli.language import Lang, locale_language, printable, say
from kshop_audit.errors import EXIT_NO_AUDIT, KshopError
from kshop_audit.model.frozen import frozen

ENVIRONMENT = "KSHOP_AUDIT_"


VARIABLES: set[str] = set()
"""The environment variables of all options of all commands."""


_WITHOUT_VALUE: dict[str, str] = {}


def option(
    declaration: str,
    zh: str,
    en: str,
    *more: str,
    without_value: str | None = None,
    variable: str | None = None,
    **settings: Any,
) -> Any:
    """An option with its help in both languages and its environment variable.

    `without_value`: what it means where no value follows it. `variable`: the end of the variable's
    name, where it is not that of the option.
    """
    if without_value is not None:
        _WITHOUT_VALUE[declaration] = without_value
    own = variable or declaration.removeprefix("--").replace("-", "_").upper()
    VARIABLES.add(ENVIRONMENT + own)
    return typer.Option(
        declaration,
        *more,
        help=say(zh, en),
        envvar=ENVIRONMENT + own,
        show_envvar=False,
        **settings,
    )


@frozen
class OneForEach:
    """Makes of a field `{key: values}` one repeatable option for each key.

    `options`: name of the parameter → its key and its `option`.
    """

    options: Mapping[str, tuple[Hashable, Any]]


def completed(arguments: Sequence[str]) -> list[str]:
    """The arguments with the values of options that need none; a folder is never such a value."""
    result: list[str] = []
    for argument, following in zip(arguments, [*arguments, "-"][1:], strict=True):
        result.append(argument)
        value = _WITHOUT_VALUE.get(argument)
        if value is not None and (following.startswith("-") or Path(following).is_dir()):
            result.append(value)
    return result


@frozen(slots=False, kw_only=True)
class Options:
    """What every command takes."""

    given: frozenset[str] = frozenset()
    lang: Annotated[
        str | None,
        option(
            "--lang",
            "语言：zh 或 en（默认看系统语言）",
            "zh or en (default: by locale)",
            metavar="zh|en",
        ),
    ] = None
    verbose: Annotated[
        bool,
        option(
            "--verbose", "列出全部细节；出错时显示调用栈", "all details; traceback on error", "-v"
        ),
    ] = False

    @property
    def spoken(self) -> Lang:
        """The language for messages before a configuration is known."""
        if self.lang in ("zh", "en"):
            return "en" if self.lang == "en" else "zh"
        encoding = getattr(sys.stdout, "encoding", None)
        return printable(locale_language(os.environ), encoding)


_Taken = TypeVar("_Taken", bound=Options)


def takes(options: type[_Taken]) -> Callable[[Callable[[_Taken], int]], Callable[..., None]]:
    """Turn `run(options) -> exit code` into a function that Typer understands."""

    def decorate(run: Callable[[_Taken], int]) -> Callable[..., None]:
        def call(**values: Any) -> None:
            context: typer.Context = values.pop("context")
            taken = options(**_chosen(context, options, values))
            raise typer.Exit(_guarded(run, taken))

        call.__name__ = run.__name__
        call.__doc__ = run.__doc__
        call.__signature__ = _signature(options)  # type: ignore[attr-defined]
        return call

    return decorate


def _guarded(run: Callable[[_Taken], int], taken: _Taken) -> int:
    try:
        return run(taken)
    except KshopError as error:
        printing.fault(error, taken.spoken)
        if taken.verbose:
            printing.trace(error)
        return error.exit_code
    except (KeyboardInterrupt, SystemExit, typer.Exit):
        raise
    except BaseException as error:  # noqa: BLE001  a panic of the engine is no Exception
        printing.crash(error, taken.spoken, verbose=taken.verbose)
        return EXIT_NO_AUDIT


def _chosen(
    context: typer.Context, options: type[Options], values: dict[str, Any]
) -> dict[str, Any]:
    """The values to use, and which were given; `--isolated` leaves the environment out."""
    sources = {
        name: getattr(context.get_parameter_source(name), "name", "DEFAULT") for name in values
    }
    chosen: dict[str, Any] = {}
    for parameter in _parameters(options):
        name, value = parameter.name, values[parameter.name]
        if values.get("isolated") and name != "isolated" and sources[name] == "ENVIRONMENT":
            value = parameter.default
        if parameter.key is None:
            chosen[parameter.field] = value
        elif value:
            chosen.setdefault(parameter.field, {})[parameter.key] = value
    if "paths" in chosen:
        chosen["paths"] = _expanded(chosen["paths"])
    given = frozenset(name for name, source in sources.items() if source == "COMMANDLINE")
    return {**chosen, "given": given}


def _expanded(paths: Sequence[Path]) -> list[Path]:
    """The files that wildcards stand for: the shells of Windows leave them to the program.

    A pattern that fits nothing is left as it is, to be named as missing.
    """
    found: list[Path] = []
    for path in paths:
        wild = any(letter in str(path) for letter in "*?[") and not path.exists()
        names = sorted(glob.glob(str(path))) if wild else []  # noqa: PTH207  it may be absolute
        found += [Path(name) for name in names] or [path]
    return found


@frozen
class _Parameter:
    """A parameter of a command: of which field it is and, of a OneForEach, of which key."""

    name: str
    field: str
    key: Hashable | None
    annotation: Any
    default: Any


def _parameters(options: type[Options]) -> Iterator[_Parameter]:
    hints = get_type_hints(options, include_extras=True)
    for entry in fields(options):
        if entry.name == "given":
            continue
        hint = hints[entry.name]
        several = next((e for e in get_args(hint)[1:] if isinstance(e, OneForEach)), None)
        if several is None:
            yield _Parameter(entry.name, entry.name, None, hint, _default(entry))
            continue
        _, values = get_args(get_args(hint)[0])
        for name, (key, made) in several.options.items():
            yield _Parameter(name, entry.name, key, Annotated[values, made], [])


def _signature(options: type[Options]) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("context", keyword, annotation=typer.Context)]
    for parameter in _parameters(options):
        default = inspect.Parameter.empty if parameter.default is MISSING else parameter.default
        parameters.append(
            inspect.Parameter(
                parameter.name, keyword, default=default, annotation=parameter.annotation
            )
        )
    return inspect.Signature(parameters)


def _default(entry: Field[Any]) -> Any:
    if entry.default_factory is not MISSING:
        return entry.default_factory()
    return entry.default
