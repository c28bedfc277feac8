"""What collectors of chats write where a conversation holds nothing."""

from __future__ import annotations

import re

from kshop_audit.model.patterns import regex

LONGEST = 30
"""Characters; a longer text is one that somebody wrote."""

_NOTHING = regex(
    r"(?:(?:该|此|本)?(?:客户|买家|用户|会话|对话|顾客)?(?:暂时?|目前)?"
    r"(?:没有|暂无|无|未见|未找到|未查到|未获取到?|未抓取到?|未采集到?|查无)"
    r"(?:任何|相关|有效|历史|新)?(?:聊天|会话|消息|对话|沟通|咨询|数据|内容|记录|文本)"
    r"(?:的?(?:内容|记录|消息|数据))?|(?:聊天|会话|消息|对话)?(?:内容|记录|消息)?为?空"
    r"|无|暂无|[-—/]+|n/?a|nan|null|none|nil"
    r"|no ?(?:messages?|chats?|content|conversations?|records?|data)|empty)[。.!！]?",
    re.IGNORECASE,
)
_BRACKETS = "()（）[]【】<>《》「」{} \t\r\n\u3000"


def is_nothing(text: str) -> bool:
    """Whether a text stands for "nothing was said here"."""
    bare = text.strip(_BRACKETS)
    return len(bare) <= LONGEST and (not bare or _NOTHING.fullmatch(bare) is not None)
