"""What the merchant's side must not do in a chat: lead outside, or pester."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.contacts import contacts
from kshop_audit.facts.ends import relevant
from kshop_audit.facts.pestering import bursts
from kshop_audit.model.metadata import MessageText, Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.conduct.hits import (
    BY_AGENT,
    EVIDENCE,
    FAMILY,
    NEEDS,
    NO_TEXT,
    allowed_notes,
    broken_clause,
    findings,
    known,
    only_reviews,
    wanting,
)
from kshop_audit.rules.kit import by_day, doubts
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.word_lists import CONTACT_LISTS


@rule(
    "third-party-info",
    family=FAMILY,
    title=Text(zh="发布第三方信息", en="Third-party information in chat"),
    fix=Text(
        zh=(
            "把加微信、外链、收款账号、二维码等话术全部下线，统一引导在小店内沟通和付款；"
            "退货地址用售后单里的地址功能发送。"
        ),
        en=(
            "Drop every script with outside contacts, links, accounts or QR codes, keep talk and "
            "payment inside the shop, and send return addresses through the after-sales ticket."
        ),
    ),
    unit=Text(zh="条消息含第三方信息", en="messages with third-party information"),
    needs=NEEDS,
    text=MessageText.SUSPECTS,
    lists=CONTACT_LISTS,
    conclude=only_reviews,
)
def third_party_info(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages that carry contacts, links or accounts from outside the platform.

    商家侧消息中带站外联系方式、链接或收款账号的条数。

    Why it matters:
        Chat tools must not carry such information (S2-44); the platform handles it as
        publishing other platforms' information (S2-53).

        客服工具里不得发第三方信息（S2-44），平台按“发布其他平台信息”处理（S2-53）。

    How it is counted:
        Messages with a foreign link, e-mail, bank card, WeChat, QQ or Alipay id (disguised ones
        too), QR invitation, phone number, street address, or a lead to another shop or way to
        pay; of all merchant messages, 30 days (ASSUMPTION).

        含站外链接、邮箱、银行卡号、微信/QQ/支付宝号（含谐音变体）、扫码邀请、电话、详细地址，或
        引导到其他店铺、线下付款的消息 ÷ 商家消息；取近 30 天（假设）。

    Not counted:
        Kuaishou's own domains and hotlines (S0-13), known order and waybill numbers, digits that
        fail the bank-card check. For review only: a return address in an after-sales talk, a
        courier's or the buyer's own number, a refusal or a warning, a doubtful name (卫星号). A
        hit in a message of unknown sender may be the shop's or the buyer's: no verdict.

        快手自有域名和官方热线（S0-13）、已知订单号和运单号、不符合银行卡校验的数字。仅待复核：售
        后会话里的退货地址、快递员或买家本人的电话、拒绝或提醒防骗的话、存疑的叫法（卫星号）。
        看不出是谁发的消息命中时，可能是商家的，也可能是买家的：判不了。

    Example:
        One message gives a WeChat id, one links to kwaixiaodian.com, one gives the hotline
        400-101-5454: 1 of 3, missed.

        三条消息：一条报微信号，一条发 kwaixiaodian.com 链接，一条报 400-101-5454：1/3，不达标。

    Why our number may differ:
        Disguises change faster than patterns and pictures are not read, so we may miss some; a
        licensed link or a harmless address may be reported here and be fine there.

        变体层出不穷，图片也读不到，可能漏报；平台许可的链接或正常地址也可能被我们误报。
    """
    found, review = pl.col("contact").is_not_null(), pl.col("contact_review")
    return Ratio(
        unit=relevant(facts(contacts), facts.tables, terms, "third-party-info", "sent_at"),
        at="sent_at",
        hit=known(found & ~review, facts.tables),
        wanting=wanting(facts.tables),
        maybe=doubts.maybe(facts.tables),
        offence=True,
        evidence=EVIDENCE,
        by=BY_AGENT,
        findings=findings(
            found,
            pl.col("contact"),
            NO_TEXT,
            broken_clause("third-party-info", terms, ("2.3", "S2-44", "发布其他平台信息（S2-53）")),
            review=review,
            instead=pl.col("contact").str.replace_all(r"(\w+)", "instead_$1"),
        ),
        notes=allowed_notes(terms),
    )


@rule(
    "harassment",
    family=FAMILY,
    title=Text(zh="频繁打扰买家", en="Harassment by repeated messages"),
    fix=Text(
        zh="给催付、催评、营销消息设频次上限：买家不回就停；检查机器人是否循环触发。",
        en=(
            "Cap reminders, rating requests and marketing: stop when the buyer is silent, and "
            "check the robot for loops."
        ),
    ),
    no_days=by_day.OTHER_ROWS,
    unit=Text(zh="条超量消息", en="messages beyond the limit"),
    needs=(*NEEDS[:2], "chats.buyer_id|chats.session_id"),
)
def harassment(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages beyond ten in a row to one buyer without an answer within 24 hours.

    24 小时内对同一买家连发且无回应、超过 10 条之后的消息条数。

    Why it matters:
        Spam and pestering are forbidden (S2-46) and handled as harassing others (S2-54).

        禁止发送垃圾信息、频繁打扰他人（S2-46），平台按“骚扰他人”处理（S2-54）。

    How it is counted:
        A merchant message is a hit if, with it, more than 10 stand in a row within 24 h to one
        buyer who wrote nothing between; of all merchant messages, 30 days. Both figures are an
        ASSUMPTION.

        同一买家期间没有回话、24 小时内连续商家消息超过 10 条时，第 11 条起每条算命中 ÷ 商家消
        息；10 条、24 小时、30 天窗口均为假设。

    Not counted:
        The first ten messages of a run, and everything after the buyer wrote again, which starts a
        new run. Messages of unknown sender may prolong a run or end it: no verdict if that decides.

        连发中的前 10 条；买家一回话就重新计数。
        看不出是谁发的消息可能延长连发，也可能中断连发，影响结论时判不了。

    Example:
        Twelve messages from 10:00 to 18:00 without an answer: the 11th and the 12th, 2 hits.
        With an answer after the sixth: none.

        10:00–18:00 连发 12 条无回应：第 11、12 条命中，计 2 条；若第 6 条后买家回过话：0 条。

    Why our number may differ:
        No figure is published: the platform acts on complaints and also counts calls, text
        messages and e-mail, which the chat export lacks. Set `in_a_row` to your own limit.

        平台没有公布次数，主要看投诉，还包括电话、短信、邮件，聊天导出里没有；可用 in_a_row 调整
        上限。
    """
    in_a_row, within_hours = (terms.number("harassment", n) for n in ("in_a_row", "within_hours"))
    too_many, masked = pl.col("too_many"), facts.tables.masked_buyers
    return Ratio(
        unit=relevant(
            facts(bursts, in_a_row, within_hours), facts.tables, terms, "harassment", "sent_at"
        ),
        at="sent_at",
        hit=too_many,
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.by_reason("doubt") if masked else doubts.unknown(facts.tables),
        offence=True,
        evidence=EVIDENCE,
        by=BY_AGENT,
        findings=findings(
            too_many,
            NO_TEXT,
            NO_TEXT,
            broken_clause("harassment", terms, ("2.5", "S2-46", "骚扰他人（S2-54）")),
            review=pl.lit(False),
            instead=pl.lit("instead_pause"),
        ),
    )
