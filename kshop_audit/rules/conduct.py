"""Chat conduct: what the merchant's side must not write (S2-43 to S2-56)."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.messages import says, says_plainly, spelled, words_in
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.rules.rule import Conclusion, Measured, rule
from kshop_audit.rules.shapes import Findings, Proof, Ratio, Shape

FAMILY = "conduct"
NEEDS = ("chats.sent_at", "chats.sender_role", "chats.content")

PROOF = Proof(ids=("message_id", "session_id", "agent"), actual=pl.col("sent_at"))


NO_TEXT = pl.lit(None, dtype=pl.String)


def _only_reviews(measured: Measured, terms: Terms) -> Conclusion:
    """A message that only has hits to review is no offence, but a person must look at it."""
    waiting = any(finding.get("review") for finding in measured.findings)
    return Conclusion(status=Status.WARN if waiting and not measured.numerator else None)


def _listed(
    facts: Facts, words: tuple[str, ...], clause: str, source: str, then: str
) -> Shape:
    """Messages with a word of a list; where a negation stands before each, they are for review."""
    text = pl.col("text")
    plainly = says_plainly(text, words)
    return Ratio(
        unit=facts.messages,
        at="sent_at",
        hit=plainly,
        offence=True,
        proof=PROOF,
        findings=_findings(
            says(text, words),
            spelled(pl.col("content"), words),
            words_in(text, words),
            (clause, source, then),
            review=~plainly,
        ),
    )


def _findings(
    where: pl.Expr,
    word: pl.Expr,
    normalised: pl.Expr,
    broken: tuple[str, str, str],
    *,
    review: pl.Expr,
) -> Findings:
    """One finding a message and clause.

    `broken`: the clause, its source, and the platform's consequence as far as it is published.
    """
    clause, source, then = broken
    return Findings(
        {
            "message_id": pl.col("message_id"),
            "session_id": pl.col("session_id"),
            "agent": pl.col("agent"),
            "at": pl.col("sent_at"),
            "word": word,
            "normalised": normalised,
            "clause": pl.lit(clause),
            "source": pl.lit(source),
            "consequence": pl.lit(then),
            "review": review,
        },
        where=where,
        order=("at", "session_id", "message_id"),
    )


@rule("banned-words", family=FAMILY, title=Text(zh="客服违禁词", en="Forbidden words in chat"), fix=Text(zh="立即删除快捷话术、自动回复和机器人知识库里的这些词，改为如实介绍品牌、材质、版本；命中的客服当天培训。", en="Remove the words from quick replies, auto-replies and the robot's answers, describe brand, material and edition truthfully instead, and train the agents named in the findings."), unit=Text(zh="条消息含违禁词", en="messages with a forbidden word"), needs=NEEDS, conclude=_only_reviews)
def banned_words(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages that use one of the five words forbidden for hinting at fakes.

    商家侧消息中出现五个“暗示假货”违禁词的条数。

    Why it matters:
        Customer service must not call or hint that goods are fake (S2-43), and the shop answers
        for every sub-account and robot (S2-50): a single message is a violation.

        客服不得明示、暗示商品是假货（S2-43），子账号和机器人发的都算店铺的（S2-50）：一条就违
        规。

    How it is counted:
        Messages with 高仿, 精仿, 非正品, 复印版, 扫描版 or a word of your own, after NFKC and
        without spaces, punctuation, symbols or invisible characters; of all merchant messages,
        30 days (ASSUMPTION).

        统一全半角和大小写，去掉空格、标点、符号、隐形字符后，命中高仿、精仿、非正品、复印版、扫
        描版或自定义词的消息 ÷ 商家消息；取近 30 天（假设）。

    Not counted:
        Buyers' messages. A negated word (a negation within the four characters before it, such
        as 不是高仿) is listed for review and alone only warns.

        买家消息。词前四个字内有否定的（如“不是高仿”）只列入人工复核，单独出现仅提示警告。

    Example:
        Of 2,000 merchant messages one says “高 仿” and one “不是高仿”: 1 of 2,000, missed; the
        second is listed for review.

        2000 条商家消息，一条写“高 仿”，一条写“不是高仿”：1/2000，不达标；后一条待复核。

    Why our number may differ:
        The platform's list is open-ended, it may read pictures and voice, and it may punish a
        negated word; its own findings are decisive.

        平台词库不止这五个，还可能识别图片和语音，否定句也可能被判违规；以平台违约单为准。
    """
    return _listed(facts, terms.words("banned"), "2.8", "S2-43", "")


@rule("third-party-info", family=FAMILY, title=Text(zh="发布第三方信息", en="Third-party information in chat"), fix=Text(zh="把加微信、外链、收款账号、二维码等话术全部下线，统一引导在小店内沟通和付款；退货地址用售后单里的地址功能发送。", en="Drop every script with outside contacts, links, accounts or QR codes, keep talk and payment inside the shop, and send return addresses through the after-sales ticket."), unit=Text(zh="条消息含第三方信息", en="messages with third-party information"), needs=NEEDS, conclude=_only_reviews)
def third_party_info(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages that carry contacts, links or accounts from outside the platform.

    商家侧消息中带站外联系方式、链接或收款账号的条数。

    Why it matters:
        Chat tools must not carry such information (S2-44); the platform handles it as
        publishing other platforms' information (S2-53).

        客服工具里不得发第三方信息（S2-44），平台按“发布其他平台信息”处理（S2-53）。

    How it is counted:
        Messages with a foreign link, e-mail, bank card, WeChat, QQ or Alipay id (disguised ones
        too), QR invitation, phone number or street address; of all merchant messages, 30 days
        (ASSUMPTION).

        含站外链接、邮箱、银行卡号、微信/QQ/支付宝号（含谐音变体）、扫码邀请、电话、详细地址的消
        息 ÷ 商家消息；取近 30 天（假设）。

    Not counted:
        Kuaishou's own domains and hotlines (S0-13), known order and waybill numbers, digits
        that fail the bank-card check. A return address in an after-sales talk is for review
        only.

        快手自有域名和官方热线（S0-13）、已知订单号和运单号、不符合银行卡校验的数字。售后会话里
        的退货地址仅待复核。

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
        unit=facts.contacts,
        at="sent_at",
        hit=found & ~review,
        offence=True,
        proof=PROOF,
        findings=_findings(
            found,
            pl.col("contact"),
            NO_TEXT,
            ("2.3", "S2-44", "发布其他平台信息 (S2-53)"),
            review=review,
        ),
    )


@rule("abusive-language", family=FAMILY, title=Text(zh="辱骂与不文明用语", en="Abusive language in chat"), fix=Text(zh="对命中的会话由主管回访道歉，涉事客服停岗培训；遇到情绪激动的买家转主管处理，不对骂。", en="Have a supervisor apologise to the buyers, take the agents named off duty for training, and hand heated conversations to a supervisor."), unit=Text(zh="条消息含辱骂用语", en="messages with abusive words"), needs=NEEDS, conclude=_only_reviews)
def abusive_language(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages with an insult or a threat from the pack's list.

    商家侧消息中命中辱骂、人身攻击词表的条数。

    Why it matters:
        Attacks and insults are forbidden in any form (S2-45); the platform handles them as
        harassing others (S2-54).

        客服沟通中禁止任何人身攻击和侮辱（S2-45），平台按“骚扰他人”处理（S2-54）。

    How it is counted:
        Messages with a word of the list, after the same evening-out as for forbidden words; of
        all merchant messages. The list and the 30 days are an ASSUMPTION: the rule names no
        words.

        与违禁词相同的归一化后命中词表的消息 ÷ 商家消息。规则没有列出具体词，词表和 30 天都是假
        设。

    Not counted:
        Buyers' messages, however rude. A hit in a negated phrase is listed for review and alone
        only warns.

        买家的消息，骂得再凶也不算。否定句中的命中只列入复核，单独出现仅提示警告。

    Example:
        Of 3,000 merchant messages one contains 滚蛋: 1 of 3,000, missed, although it is 0.03 %.

        3000 条商家消息中一条含“滚蛋”：1/3000，虽然只有 0.03%，仍不达标。

    Why our number may differ:
        The platform judges tone and context and acts on complaints; sarcasm passes our list,
        and a quoted insult is a hit here.

        平台看语气、上下文和投诉；阴阳怪气我们查不出，引用买家的脏话则可能被误报。
    """
    return _listed(facts, terms.words("abusive"), "2.4", "S2-45", "骚扰他人 (S2-54)")


@rule("illegal-content", family=FAMILY, title=Text(zh="违法违规内容", en="Illegal content in chat"), fix=Text(zh="立即停用涉事账号并保留会话证据，核实是否被盗号；话术审核后再恢复接待。", en="Suspend the account at once, keep the conversation as evidence, check whether the login was stolen, and resume only after its scripts were reviewed."), unit=Text(zh="条消息含违法内容", en="messages with illegal content"), needs=NEEDS, conclude=_only_reviews)
def illegal_content(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages with threats, pyramid selling, pornographic or violent phrases.

    商家侧消息中命中威胁恐吓、传销、色情、暴力词表的条数。

    Why it matters:
        Such content must not be sent at all (S2-48), whoever held the account: the shop is
        liable for its logins (S2-50).

        此类内容一律不得发送（S2-48）；账号由谁使用都由店铺担责（S2-50）。

    How it is counted:
        Messages with a phrase of the list, after the same evening-out as for forbidden words;
        of all merchant messages. The list and the 30 days are an ASSUMPTION.

        与违禁词相同的归一化后命中词表的消息 ÷ 商家消息。词表和 30 天都是假设。

    Not counted:
        Buyers' messages, negated phrases (review only), and political content, for which the
        list has no words.

        买家消息；否定句（仅待复核）；政治类内容，词表未收录，需人工检查。

    Example:
        Of 1,500 merchant messages one invites the buyer to 发展下线: 1 of 1,500, missed.

        1500 条商家消息中一条邀请买家“发展下线”：1/1500，不达标。

    Why our number may differ:
        The platform has far larger lists and reads pictures. A clean result here is no proof; a
        hit may be harmless, for instance an anti-fraud warning.

        平台词库大得多，还识别图片：这里没查到不等于没有；命中也可能无害，例如提醒买家防骗。
    """
    return _listed(facts, terms.words("illegal"), "2.7", "S2-48", "")


@rule("impersonation", family=FAMILY, title=Text(zh="冒充平台人员", en="Impersonation of the platform"), fix=Text(zh="统一自称“本店客服”，删除自称快手官方、平台客服的话术和昵称；需要平台出面时引导买家走官方入口。", en="Speak as the shop's own customer service only, delete scripts and nicknames that claim to be Kuaishou, and send buyers to the official entry where the platform is needed."), unit=Text(zh="条消息冒充平台", en="messages posing as the platform"), needs=NEEDS, conclude=_only_reviews)
def impersonation(facts: Facts, terms: Terms) -> Shape:
    """Merchant messages that claim to come from the platform or its staff.

    商家侧消息中自称快手官方、平台客服或平台工作人员的条数。

    Why it matters:
        A merchant must not pose as the platform or its staff (S2-49); it is handled as
        disturbing the order of the platform (S2-55).

        商户不得冒充平台或平台工作人员（S2-49），平台按“扰乱电商平台秩序”处理（S2-55）。

    How it is counted:
        Messages with a claim such as 我是快手客服 or 这里是平台客服, after the same evening-out
        as for forbidden words; of all merchant messages. List and 30 days are an ASSUMPTION.

        归一化后命中“我是快手客服”“这里是平台客服”等自称的消息 ÷ 商家消息。词表和 30 天都是假
        设。

    Not counted:
        Naming the platform without posing as it, such as 请联系平台客服; negated claims such
        as 我们不是平台客服 (review at most).

        只是提到平台，例如“请联系平台客服”；否定说法，例如“我们不是平台客服”（至多待复核）。

    Example:
        “您好，我是快手客服” is a hit, “您可以联系快手客服” is none: 1 of 2, missed.

        “您好，我是快手客服”算命中，“您可以联系快手客服”不算：1/2，不达标。

    Why our number may differ:
        The platform also looks at nicknames, avatars, calls and text messages, which no chat
        export holds.

        平台还会看昵称、头像、电话和短信，聊天导出里都没有。
    """
    return _listed(facts, terms.words("impersonation"), "2.9", "S2-49", "扰乱电商平台秩序 (S2-55)")


@rule("harassment", family=FAMILY, title=Text(zh="频繁打扰买家", en="Harassment by repeated messages"), fix=Text(zh="给催付、催评、营销消息设频次上限：买家不回就停；检查机器人是否循环触发。", en="Cap reminders, rating requests and marketing: stop when the buyer is silent, and check the robot for loops."), unit=Text(zh="条超量消息", en="messages beyond the limit"), needs=NEEDS[:2] + ("chats.buyer_id|chats.session_id",))
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
        The first ten messages of a run, and everything after the buyer wrote again, which
        starts a new run.

        连发中的前 10 条；买家一回话就重新计数。

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
    too_many = pl.col("too_many")
    return Ratio(
        unit=facts.streaks,
        at="sent_at",
        hit=too_many,
        offence=True,
        proof=PROOF,
        findings=_findings(
            too_many,
            NO_TEXT,
            NO_TEXT,
            ("2.5", "S2-46", "骚扰他人 (S2-54)"),
            review=pl.lit(False),
        ),
    )
