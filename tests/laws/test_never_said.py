"""What the tool never advises, over every text of the package: to make up orders, chats, tickets or
ratings, to upload a number before the parcel is handed over, to talk buyers out of claims.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "kshop_audit"
SPOKEN = ("report", "rules", "projection", "auditing", "judging", "cli", "model", "aspects")
TEXTS = sorted(
    path
    for room in SPOKEN
    for path in (PACKAGE / room).rglob("*")
    if path.suffix in {".py", ".toml", ".html"}
)

WHO = r"(?:老?客户|老客|顾客|买家|粉丝|亲友|亲戚|朋友|熟人|员工|同事|家人|水军)"
NUMBER = r"(?:运单号?|快递单号?|物流单号?|面单|单号)"
HANDED = r"(?:交|揽收|发货|出库|寄|打包|备货)"
CLAIM = r"(?:申请|售后|投诉|维权|退款|退货|差评|纠纷)"
UNITS = r"(?:orders?|chats?|conversations?|messages?|tickets?|ratings?|reviews?|sales|purchases?)"
BUYERS = r"(?:the |your |some |old |loyal )*(?:buyers?|customers?|friends|staff|followers|fans)"

KINDS = {
    "brushing by its names": (
        r"刷单|补单|刷好评|刷评|刷量|刷销量|刷信誉|刷数据|好评返现|返现好评|晒图返现|代拍|自买自卖"
        r"|空包|\bbrushing\b|\bself-?purchas"
    ),
    "orders, chats or ratings to be made up": (
        rf"(?:请|让|叫|找|发动|鼓励|拜托|安排){WHO}[^，。；\n]{{0,6}}"
        r"(?:下几?单|下些单|多下|多拍|拍几单|补拍|冲量|写好评|给好评|打好评|刷)"
        r"|找人下单|多下几单|自己(?:去|先|多)?(?:拍|下|买)(?:几|些|点|一)?(?:些|点)?单"
        r"|(?:多|再)(?:拍|造|凑|制造|虚构)(?:几|些|点)?(?:些|点)?(?:单|会话|评价|消息)"
        r"|(?:虚构|伪造|编造|凑)(?:一些|几)?(?:订单|会话|评价|消息|售后)"
        rf"|\b(?:fake|made-up|invent(?:ed)?|place|creat(?:e|ing)|generat(?:e|ing)|simulat(?:e|ing)"
        rf"|fabricat(?:e|ing)|buy(?:ing)?|mak(?:e|ing) up) "
        rf"(?:more |extra |additional |a few |some |new |dummy |test )*{UNITS}\b"
        rf"|\b(?:ask|get|have|let|invite|encourage) {BUYERS} (?:to )?"
        rf"(?:place|buy|order more|rate|review|leave|write)"
    ),
    "a number before the parcel": (
        rf"(?:提前|先|抢先|预先)(?:上传|传|填|录入?|打印?){NUMBER}"
        rf"|(?:上传|传|填|录入?)(?:了|好|完)?{NUMBER}(?:以?后|之后)?[，,]?(?:再|才)[^，。；\n]{{0,4}}{HANDED}"
        rf"|(?:没|未|还没)(?:揽收|发货|出库)(?:就|也|前|之前)?(?:先)?(?:上传|传|填)"
        r"|\b(?:upload|enter|fill in)\b[^.\n]{0,30} before "
        r"(?:it|the parcel|they|shipping|handing|pickup)"
    ),
    "claims to be talked away": (
        rf"(?:劝|说服|引导|诱导|哄)(?:说|服)?{WHO}[^，。；\n]{{0,4}}"
        rf"(?:不|别|勿|撤|取消|放弃|关闭|改)"
        rf"|(?:让|请|叫|要求|催){WHO}[^，。；\n]{{0,4}}(?:撤|取消|放弃|关闭|不要|别)[^，。；\n]{{0,4}}{CLAIM}"
        r"|\btalk(?:ing)? (?:the )?buyers? out of"
        rf"|\b(?:ask|get|persuade|convince|urge|press|have|make) {BUYERS} "
        r"(?:not to|to (?:withdraw|cancel|drop|close|revoke|give up|take back|change)|out of)"
    ),
}  # fmt: skip
"""By kinds of phrases, since a list of words knows only what somebody has written before."""

NEVER = re.compile("|".join(KINDS.values()), re.IGNORECASE)
FORBIDS = re.compile(r"(?:不|勿|别|禁止|严禁|never|not|no)\s*$", re.IGNORECASE)
"""Before such a word the text forbids what follows."""


def advised(text: str) -> list[str]:
    return [
        text[max(0, found.start() - 10) : found.end() + 10]
        for found in NEVER.finditer(text)
        if not FORBIDS.search(text[: found.start()][-8:])
    ]


def test_no_text_advises_it() -> None:
    assert len(TEXTS) > 100
    found = {str(path): said for path in TEXTS if (said := advised(path.read_text("utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "回复率不够，可以补单拉高", "建议先传单号再发货", "请买家撤销申请", "找人下单冲销量",
        "create more orders", "upload the waybill before it is handed over",
        "请老客户多下单", "自己拍几单", "先上传运单号", "上传运单后再交快递", "劝买家不要申请售后",
        "create additional orders", "ask the buyer to withdraw the claim",
        # Not among those that the kinds were written for.
        "让朋友拍几单冲一冲", "叫员工下几单", "先填快递单号，第二天再发", "说服顾客放弃维权",
        "请客户关闭售后", "伪造会话", "get your friends to place orders", "generate dummy chats",
        "persuade customers to drop the dispute", "enter the number before handing it over",
    ],
)  # fmt: skip
def test_the_law_notices_it(text: str) -> None:
    assert advised(text)


@pytest.mark.parametrize(
    "text",
    [
        "不提前传单号、不复用单号",
        "never create orders",
        "按时发货",
        "先出库再上传单号，别提前打单",
        "请在本店下单付款",
        "今天发货并上传单号",
        "与买家协商再驳回",
        "ship the order before the deadline",
        "缺货的马上联系买家退款或改约",
        "ask the buyer for photos",
    ],
)
def test_to_forbid_it_is_allowed(text: str) -> None:
    assert not advised(text)
