"""Why a row is rejected: the codes of the column `_reason` and what the operator can do."""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit.model.metadata import Text

TOO_FEW = "too_few_cells"
TOO_MANY = "too_many_cells"
OPEN_QUOTE = "open_quote"
STRAY_QUOTE = "stray_quote"
AFTER_QUOTE = "text_after_quote"
LINE_END = "odd_line_end"
TORN = "torn_row"
BAD_BYTES = "bad_bytes"
NUL_BYTES = "nul_bytes"
REMARK = "closing_remark"
"""No row of the table, and so no reason to reject one: such a record is skipped."""

OTHER_HEADER = "other_header"
SPREADSHEET = "spreadsheet_number"
SEVERAL = "several_ids"
FORMULA = "failed_formula"
JSON = "unreadable_json"
LINE = "unreadable_line"
SPEAKER = "unknown_speaker"
TIME = "unreadable_time"
MONEY = "unreadable_money"
NUMBER = "unreadable_number"
FLAG = "unreadable_flag"

REASONS: Mapping[str, Text] = {
    TOO_FEW: Text(
        "单元格数少于表头（值为“实有/应有”）；文件可能下载中断，请重新导出",
        "fewer cells than the header (value: found/expected); the download may have been "
        "interrupted, export again",
    ),
    TOO_MANY: Text(
        "单元格数多于表头（值为“实有/应有”）；内容中可能有未加引号的分隔符，请重新导出",
        "more cells than the header (value: found/expected); a separator inside a text may lack "
        "quotes, export again",
    ),
    OPEN_QUOTE: Text(
        "引号没有闭合，无法确定这一行的内容；请重新导出",
        "a quote is not closed, so the cells of this row are not certain; export again",
    ),
    STRAY_QUOTE: Text(
        "未加引号的单元格里有引号，无法确定这一行的内容；请重新导出",
        "a quote inside a cell that is not quoted, so the cells of this row are not certain; "
        "export again",
    ),
    AFTER_QUOTE: Text(
        "引号闭合之后还有文字，无法确定这一行的内容；请重新导出",
        "text after a closing quote, so the cells of this row are not certain; export again",
    ),
    LINE_END: Text(
        "行内有与文件其他行不同的换行符，可能有两行并在一起；请重新导出",
        "holds a line end unlike those of the file, so two rows may be one; export again",
    ),
    TORN: Text(
        "相邻的行单元格不足，可能是一行被换行拆成两行；请重新导出",
        "the row beside it lacks cells, so one row may be torn in two; export again",
    ),
    BAD_BYTES: Text(
        "含有不属于文件编码的字节；请重新导出，不要手工改编码",
        "holds bytes that are no text in the file's encoding; export again without converting",
    ),
    NUL_BYTES: Text(
        "含有空字节（NUL），文件已损坏；请重新下载",
        "holds NUL bytes, the file is damaged; download it again",
    ),
    OTHER_HEADER: Text(
        "位于另一个不同的表头之下（文件由不同导出拼接而成）；请分别提供各文件",
        "stands below a second, different header (files were joined); give the files one by one",
    ),
    JSON: Text(
        "不是一条完整的 JSON 记录；文件可能下载中断，请重新导出",
        "no whole JSON record; the download may have been interrupted, export again",
    ),
    LINE: Text(
        "看不出这一行属于哪条消息（没有时间和说话人）；请从对话开头完整复制",
        "belongs to no message (no time and speaker above it); copy the conversation from its "
        "beginning",
    ),
    SPEAKER: Text(
        "看不出是谁说的；请把店铺方的昵称写进 [inputs.chats.values.sender_role]",
        "it is not known who said this; list the shop's names in [inputs.chats.values.sender_role]",
    ),
    SPREADSHEET: Text(
        "编号被表格软件改成科学计数法，数字已丢失；请重新导出，勿用 Excel 另存",
        "damaged by a spreadsheet (digits of the id are lost); export again and do not save it "
        "from a spreadsheet",
    ),
    SEVERAL: Text(
        "一格里有几个订单号（合并发货的订单），分不清各单的金额和状态；请按平台订单号一行一单导出",
        "several order numbers in one cell (orders shipped together), so which amount and state "
        "belong to which is not known; export a row for each order of the platform",
    ),
    FORMULA: Text(
        "公式出错，值已丢失；请修正公式或重新导出，勿用 Excel 另存",
        "a formula failed, its value is lost; repair it or export again without a spreadsheet",
    ),
    TIME: Text(
        "时间读不准；应写成 2026-10-31 08:05:00 这样"
        "（用了 --tz 的，也可能是换季时重复或跳过的一小时）",
        "the time cannot be read for certain; expected something like 2026-10-31 08:05:00, and "
        "no hour that the clocks of --tz repeat or skip",
    ),
    MONEY: Text(
        "金额无法精确读出；应为 12.34 之类，最多两位小数",
        "the amount cannot be read exactly; expected something like 12.34, two decimals at most",
    ),
    NUMBER: Text("不是整数", "not a whole number"),
    FLAG: Text(
        "不是“是/否”；可在配置 [inputs.<类别>.values] 中说明该词",
        "neither yes nor no; explain the word in [inputs.<kind>.values] of the configuration",
    ),
}
