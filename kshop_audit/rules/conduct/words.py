"""Words that the merchant's side must not use, by list and clause."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.ends import relevant
from kshop_audit.facts.messages import matched, matches
from kshop_audit.model.metadata import MessageText, Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.conduct.hits import (
    BY_AGENT,
    EVIDENCE,
    FAMILY,
    NEEDS,
    allowed_notes,
    broken_clause,
    extra_notes,
    findings,
    joined,
    known,
    only_reviews,
    wanting,
)
from kshop_audit.rules.kit import doubts
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.word_lists import ABUSE_LISTS, ILLEGAL_LISTS


def listed(
    facts: Facts,
    terms: Terms,
    rule_id: str,
    lists: tuple[str, ...],
    broken: tuple[str, str, str],
) -> Shape:
    """Messages with a word of a list; what a person must judge is listed for review.

    A word counts as it stands and in the spellings that are certainly it. For review are doubtful
    spellings, words that are denied or quoted, and words in phrases that may be harmless.
    """
    found = [matched(name) for name in lists]
    sounding = any(terms.lexicon(name).sounding for name in lists)
    plainly = pl.any_horizontal(match.plainly for match in found)
    instead = [
        pl.when(match.found).then(pl.lit(terms.lexicon(name).instead, dtype=pl.String))
        for name, match in zip(lists, found, strict=True)
    ]
    return Ratio(
        unit=relevant(facts(matches, *lists), facts.tables, terms, rule_id, "sent_at"),
        at="sent_at",
        hit=known(plainly, facts.tables),
        wanting=wanting(facts.tables),
        maybe=doubts.maybe(facts.tables),
        offence=True,
        evidence=EVIDENCE,
        by=BY_AGENT,
        findings=findings(
            pl.any_horizontal(match.found for match in found),
            joined([match.spelled for match in found], " / "),
            joined([match.words for match in found], " "),
            broken,
            review=~plainly,
            instead=pl.coalesce(instead),
        ),
        notes=(*allowed_notes(terms), *(extra_notes() if sounding else ())),
    )


@rule(
    "banned-words",
    family=FAMILY,
    title=Text(zh="客服违禁词", en="Forbidden words in chat"),
    fix=Text(
        zh=(
            "立即删除快捷话术、自动回复和机器人知识库里的这些词，改为如实介绍品牌、材质、版本；"
            "命中的客服当天培训。"
        ),
        en=(
            "Remove the words from quick replies, auto-replies and the robot's answers, describe "
            "brand, material and edition truthfully instead, and train the agents named in the "
            "findings."
        ),
    ),
    unit=Text(zh="条消息含违禁词", en="messages with a forbidden word"),
    needs=NEEDS,
    text=MessageText.SUSPECTS,
    lists=("banned",),
    conclude=only_reviews,
)
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
        without spaces, punctuation, symbols or invisible characters, or in a spelling that is
        certainly one of them (高亻方, 米青仿; ASSUMPTION); of all merchant messages, 30 days
        (ASSUMPTION).

        统一全半角和大小写，去掉空格、标点、符号、隐形字符后，命中高仿、精仿、非正品、复印版、扫
        描版或自定义词的消息 ÷ 商家消息；拆字等确定的变体（高亻方、米青仿，假设）同样算命中；取近
        30 天（假设）。

    Not counted:
        Buyers' messages. A negated word (a negation within the four characters before it, such
        as 不是高仿), a doubtful spelling (高访, gaofang) and a harmless phrase (高仿真花) are
        listed for review and alone only warn; what only looks alike (高防晒) is no finding. A hit
        in a message of unknown sender may be the shop's or the buyer's: no verdict.

        买家消息。词前四个字内有否定的（如“不是高仿”）、存疑的写法（高访、gaofang）和可能无害的说
        法（高仿真花）只列入人工复核，单独出现仅提示警告；只是字面相近的（高防晒）不列。
        看不出是谁发的消息命中时，可能是商家的，也可能是买家的：判不了。

    Example:
        Of 2,000 merchant messages one says “高 仿” and one “不是高仿”: 1 of 2,000, missed; the
        second is listed for review.

        2000 条商家消息，一条写“高 仿”，一条写“不是高仿”：1/2000，不达标；后一条待复核。

    Why our number may differ:
        The platform's list is open-ended, it may read pictures and voice, and it may punish a
        negated word; its own findings are decisive.

        平台词库不止这五个，还可能识别图片和语音，否定句也可能被判违规；以平台违约单为准。
    """
    broken = broken_clause("banned-words", terms, ("2.8", "S2-43", ""))
    return listed(facts, terms, "banned-words", ("banned",), broken)


@rule(
    "abusive-language",
    family=FAMILY,
    title=Text(zh="辱骂与不文明用语", en="Abusive language in chat"),
    fix=Text(
        zh="对命中的会话由主管回访道歉，涉事客服停岗培训；遇到情绪激动的买家转主管处理，不对骂。",
        en=(
            "Have a supervisor apologise to the buyers, take the agents named off duty for "
            "training, and hand heated conversations to a supervisor."
        ),
    ),
    unit=Text(zh="条消息含辱骂用语", en="messages with abusive words"),
    needs=NEEDS,
    text=MessageText.SUSPECTS,
    lists=ABUSE_LISTS,
    conclude=only_reviews,
)
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
        only warns. A hit in a message of unknown sender may be the shop's or the buyer's: no
        verdict.

        买家的消息，骂得再凶也不算。否定句中的命中只列入复核，单独出现仅提示警告。
        看不出是谁发的消息命中时，可能是商家的，也可能是买家的：判不了。

    Example:
        Of 3,000 merchant messages one contains 滚蛋: 1 of 3,000, missed, although it is 0.03 %.

        3000 条商家消息中一条含“滚蛋”：1/3000，虽然只有 0.03%，仍不达标。

    Why our number may differ:
        The platform judges tone and context and acts on complaints; sarcasm passes our list,
        and a quoted insult is a hit here.

        平台看语气、上下文和投诉；阴阳怪气我们查不出，引用买家的脏话则可能被误报。
    """
    broken = broken_clause("abusive-language", terms, ("2.4", "S2-45", "骚扰他人（S2-54）"))
    return listed(facts, terms, "abusive-language", ABUSE_LISTS, broken)


@rule(
    "illegal-content",
    family=FAMILY,
    title=Text(zh="违法违规内容", en="Illegal content in chat"),
    fix=Text(
        zh="立即停用涉事账号并保留会话证据，核实是否被盗号；话术审核后再恢复接待。",
        en=(
            "Suspend the account at once, keep the conversation as evidence, check whether the "
            "login was stolen, and resume only after its scripts were reviewed."
        ),
    ),
    unit=Text(zh="条消息含违法内容", en="messages with illegal content"),
    needs=NEEDS,
    text=MessageText.SUSPECTS,
    lists=ILLEGAL_LISTS,
    conclude=only_reviews,
)
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
        Buyers' messages, negated phrases (review only), and political content, for which the list
        has no words. A hit in a message of unknown sender may be the shop's or the buyer's: no
        verdict.

        买家消息；否定句（仅待复核）；政治类内容，词表未收录，需人工检查。
        看不出是谁发的消息命中时，可能是商家的，也可能是买家的：判不了。

    Example:
        Of 1,500 merchant messages one invites the buyer to 发展下线: 1 of 1,500, missed.

        1500 条商家消息中一条邀请买家“发展下线”：1/1500，不达标。

    Why our number may differ:
        The platform has far larger lists and reads pictures. A clean result here is no proof; a
        hit may be harmless, for instance an anti-fraud warning.

        平台词库大得多，还识别图片：这里没查到不等于没有；命中也可能无害，例如提醒买家防骗。
    """
    broken = broken_clause("illegal-content", terms, ("2.7", "S2-48", ""))
    return listed(facts, terms, "illegal-content", ILLEGAL_LISTS, broken)


@rule(
    "impersonation",
    family=FAMILY,
    title=Text(zh="冒充平台人员", en="Impersonation of the platform"),
    fix=Text(
        zh=(
            "统一自称“本店客服”，删除自称快手官方、平台客服的话术和昵称；"
            "需要平台出面时引导买家走官方入口。"
        ),
        en=(
            "Speak as the shop's own customer service only, delete scripts and nicknames that "
            "claim to be Kuaishou, and send buyers to the official entry where the platform is "
            "needed."
        ),
    ),
    unit=Text(zh="条消息冒充平台", en="messages posing as the platform"),
    needs=NEEDS,
    text=MessageText.SUSPECTS,
    lists=("impersonation",),
    conclude=only_reviews,
)
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
        as 我们不是平台客服 (review at most). A hit in a message of unknown sender may be the
        shop's or the buyer's: no verdict.

        只是提到平台，例如“请联系平台客服”；否定说法，例如“我们不是平台客服”（至多待复核）。
        看不出是谁发的消息命中时，可能是商家的，也可能是买家的：判不了。

    Example:
        “您好，我是快手客服” is a hit, “您可以联系快手客服” is none: 1 of 2, missed.

        “您好，我是快手客服”算命中，“您可以联系快手客服”不算：1/2，不达标。

    Why our number may differ:
        The platform also looks at nicknames, avatars, calls and text messages, which no chat
        export holds.

        平台还会看昵称、头像、电话和短信，聊天导出里都没有。
    """
    broken = broken_clause("impersonation", terms, ("2.9", "S2-49", "扰乱电商平台秩序（S2-55）"))
    return listed(facts, terms, "impersonation", ("impersonation",), broken)
