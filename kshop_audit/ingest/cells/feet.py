"""Rows that are none of the table: totals and closing remarks, told by their first cell."""

from __future__ import annotations

from collections.abc import Sequence

from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.model.patterns import regex

TOTALS = tuple(
    word + colon
    for word in ("合计", "总计", "小计", "汇总", "本页合计", "TOTAL", "Total", "total")
    for colon in ("", ":", "：")
)
"""Words in the first cell of a row that sums up the others."""

_COUNT = "[(（]?[0-9][0-9,，]*[)）]?"
_UNIT = "(?:条|行|笔|单|个|页|项)"
_WHOLE = "(?:(?:总|合)计|总共|共计|累计|小计|汇总|共|本页|当前页|本次|total|rows|records)"
_NOUN = "(?:数据|记录|订单|结果|消息|售后单?|商品)?"
_WHAT = "(?:导出|下载|生成|制表|打印|查询|统计|数据|更新|截止|报表)"
_SIDE = "(?:时间|日期|周期|范围|区间|条件|来源|方式)"
_WHO = "(?:导出|下载|制表|制单|操作|打印|审核)(?:人|人员|员|者|账号)"
_NOTE = "(?:备注|说明|注|注意|提示|声明|数据说明|店铺|店铺名称|版权所有)"
_NO_MORE = "以下空白|以下为空|没有更多(?:数据|记录)?了?|到底了|已全部加载"
_DONE = (
    "(?:导出|全部|数据|报表|文件|表格)?(?:结束|完毕|完成|导出)|完|end(?: of (?:file|report|data))?"
)
_RULE = r"[-—=*·.~!！。\s]*"
_LABELS = (rf"{_WHAT}{_SIDE}(?:[:：].*)?", rf"{_WHO}(?:[:：].*)?")
_REMARKS = (
    *_LABELS,
    rf"{_WHOLE}[:：]?\s*{_COUNT}",
    rf"{_WHOLE}(?:有|导出|显示)?[:：]?\s*{_COUNT}\s*{_UNIT}{_NOUN}(?:[,，;；。\s].*)?",
    rf"第\s*{_COUNT}\s*页.*",
    rf"{_NOTE}[:：].*",
    rf"{_RULE}(?:{_NO_MORE}|{_DONE}){_RULE}",
    "[-—=*·.~_]{3,}",
)
REMARK = f"(?i)^(?:{'|'.join(_REMARKS)})$"
"""What a closing remark looks like, alone in its row; a pattern for `re` and for the engine."""

LABEL = f"(?i)^(?:{'|'.join(_LABELS)})$"
"""What names the value in the cell beside it in such a row."""

_REMARK = regex(REMARK)
_TOTAL = frozenset(word.lower() for word in TOTALS)
_LABELLED = regex(LABEL)


def is_total(cells: Sequence[str]) -> bool:
    """Whether a record sums up the others, or begins with the sign of a comment."""
    filled = [text for text in cells if text.strip(BLANKS)]
    first = cells[0].strip(BLANKS) if cells else ""
    return first.lower() in _TOTAL or (first.startswith("#") and len(filled) == 1)


def is_remark(cells: Sequence[str]) -> bool:
    """Whether a record looks like a closing remark: nothing else, or label and value, stand in it.

    Whether it is one shows only at the end of a table: a text that a line end tore apart may go on
    like that.
    """
    filled = [text.strip(BLANKS) for text in cells if text.strip(BLANKS)]
    if not filled or not cells[0].strip(BLANKS):
        return False
    alone = all(map(_REMARK.match, filled))
    return alone or (len(filled) == 2 and _LABELLED.match(filled[0]) is not None)
