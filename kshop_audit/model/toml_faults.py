"""Faults of a TOML file in both languages, with the line, and what an input method did to it."""

from __future__ import annotations

import re

from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex

_PLACE = regex(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)"
)

_WORDS = (
    (r"Invalid value", "这里的值写得不对（文本要加英文引号）"),
    (r"Invalid statement", "这一行读不懂"),
    (r"Invalid initial character for a key part", "键名读不懂（中文键名要加英文引号）"),
    (r"Expected '=' after a key in a key/value pair", "键的后面缺少等号 ="),
    (r"Expected '\]+' at the end of .*", "缺少右方括号 ]"),
    (r"Expected (.*)", "这里应为 {0}"),
    (r"Cannot overwrite a value", "同一个键写了两次"),
    (r"Cannot declare \((.*?),?\) twice", "表 {0} 写了两次"),
    (r"Duplicate inline table key '(.*)'", "键 {0} 写了两次"),
    (r"Unterminated string", "文本缺少右边的引号"),
    (r"Unclosed array", "数组缺少右方括号 ]"),
    (r"Unclosed inline table", "表缺少右花括号 }}"),
    (r"Unescaped '\\\\' in a string", "文本里的反斜杠要写两个，或改用英文单引号"),
    (r"Illegal character (.*)", "有不允许的字符 {0}"),
    (r"Found invalid character (.*)", "有不允许的字符 {0}"),
    (r"Invalid date or datetime", "日期写得不对，应如 2026-10-31"),
    (r"Invalid hex value", "转义写得不对"),
)

_CHINESE_KEY = regex(r"\s*([^\s\"'#=\[\]]*[一-鿿][^\s\"'=\[\]]*)\s*=")
"""A key in Chinese without the quotes that TOML wants around it."""

_FOREIGN = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "＂": '"', "「": '"', "」": '"', "＝": "=", "［": "[",
    "］": "]", "【": "[", "】": "]", "，": ",", "｛": "{", "｝": "}", "＃": "#",
}  # fmt: skip
"""What an input method writes where TOML wants the plain character."""


def toml_fault(error: ValueError, text: str) -> Text:
    """What is wrong and where. `text`: the file, "" if it is no text at all."""
    if isinstance(error, UnicodeDecodeError):
        return Text(zh="不是 UTF-8，请另存为 UTF-8", en="it is not UTF-8; save it as UTF-8")
    found = _PLACE.fullmatch(str(error))
    if found is None:
        return Text(zh=str(error), en=str(error))
    what, line = found["what"], found["line"]
    place = f"第 {line} 行第 {found['column']} 个字符：" if line else "文件末尾："
    foreign = _foreign(text.splitlines()[int(line) - 1]) if line and text else None
    zh, en = _chinese(what), str(error)
    chinese = _CHINESE_KEY.match(text.splitlines()[int(line) - 1]) if line and text else None
    if chinese is not None:
        zh = f'中文名要加英文引号："{chinese[1]}" = …'
    if foreign is not None:
        wrong, right = foreign
        zh = f"有中文输入法的 {wrong}，请改成英文的 {right}"
        en = f"{en}: {wrong} is of an input method, write {right}"
    return Text(zh=place + zh, en=en)


def _foreign(line: str) -> tuple[str, str] | None:
    """The first character outside plain strings that an input method wrote."""
    bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", line)
    wrong = next((letter for letter in bare if letter in _FOREIGN), None)
    return None if wrong is None else (wrong, _FOREIGN[wrong])


def _chinese(what: str) -> str:
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, what)
        if found is not None:
            return words.format(*found.groups())
    return what
