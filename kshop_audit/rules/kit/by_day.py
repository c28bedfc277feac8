"""Why the figure of a rule with times is no sum over natural days, a sentence each.

What comes later can change what an earlier day added, so nothing is said of coming days.
"""

from kshop_audit.model.metadata import Text

WHOLE_DAYS = Text(
    zh="按天判定，当天没过完就没有结果；走势请看按条计算的回复率。",
    en="Each day is judged as a whole and has no outcome before its end; see the rate by messages.",
)
WHOLE_WEEKS = Text(
    zh="按自然周判定，一周没过完就没有结果。",
    en="Each natural week is judged as a whole and has no outcome before its end.",
)
SEVERAL_RATES = Text(
    zh="由几个比率合成，不是每天的合计。",
    en="Put together of several rates, not a sum over days.",
)
LAGGING = Text(
    zh="统计期到几天前为止，最近几天还没计入。",
    en="The window ends some days before as-of, and the newest days are not counted yet.",
)
BY_AGENT = Text(
    zh="按客服合计判定，不能拆成每一天。",
    en="Judged by agents over the whole window, which does not split into days.",
)
OTHER_ROWS = Text(
    zh="一条是否命中还要看其他日子的记录，以后的数据会改变以前的结果。",
    en="Whether a row is a hit depends on rows of other days: later ones change earlier results.",
)
PRESENT_STATE = Text(
    zh="看的是单据现在的状态，状态一变就不再计入，不能按天累计。",
    en="It looks at the present state of tickets, which leave the figure once their state changes.",
)
LADDER = Text(
    zh="按累计的次数或分数分档处罚，不是每天的合计。",
    en="A ladder of accrued counts or points, not a sum over days.",
)
