r"""Third-party contact details in merchant messages: links, mail, cards, chat ids, codes, phones.

Only what a stranger could use to reach or pay someone outside the platform. Every pattern runs
over the text after NFKC and without format characters; digits are ASCII then. Rust's regex has no
look-around, and its Unicode `\b` takes Han for a word character, hence `(?-u:\b)`.

What the names of the chat and pay services are, and how they are disguised, is data of the pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.chat.contacts_look import READ, ContactLook, worth_it
from kshop_audit.facts.chat.sayings import SAYING
from kshop_audit.facts.chat.second_look import CLOSELY, SCORED
from kshop_audit.facts.chat.weighing import JOINED
from kshop_audit.facts.messages import (
    NOTHING,
    message_columns,
    sayings,
    suspects,
    texts,
    unmatched,
)
from kshop_audit.facts.text import UNSEEN, fold, match, normalised, says, without
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Lexicon, Terms
from kshop_audit.tables import TEXT_ID

TOP_LEVEL = "com|cn|net|org|shop|top|vip|xyz|link|club|ltd|store|site|online"
SHORT_LEVEL = "me|tv|io|co|cc|info"
"""Endings that also stand in sizes and models (XL.me): a link only with a path behind them."""
LINK = (
    r"https?://[^\s]+|www\.[a-z0-9-]+\.[^\s]+"
    r"|(?-u:\b)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*"
    rf"\.(?:(?:{TOP_LEVEL})(?-u:\b)|(?:{SHORT_LEVEL})/)"
    rf"|[a-z0-9-]{{2,}}点(?:{TOP_LEVEL})(?-u:\b)"
    r"|[¥€₤₳¢¤฿][a-z0-9]{9,12}[¥€₤₳¢¤฿]"  # a share code of another platform
)
MAIL = r"[a-z0-9._%+-]+(?:@|艾特)[a-z0-9-]+(?:(?:\.|点)[a-z0-9-]+)+"
CARD = r"(?-u:\b)[0-9](?:[- ]?[0-9]){15,18}(?-u:\b)"
LABELLED = r"(?:订单|单号|运单|物流|快递|编号|编码)[^0-9]{0,6}[0-9](?:[- ]?[0-9]){15,18}"
"""A long number that says it is an order's or a waybill's."""
SPOKEN_DIGITS = "零〇幺一壹二贰两三叁四肆五伍六陆七柒八捌九玖"
PHONE = (
    r"(?-u:\b)(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?-u:\b)"
    r"|(?-u:\b)1[-. ][3-9](?:[-. ][0-9]){9}(?-u:\b)"
    r"|(?-u:\b)0[0-9]{2,3}-[0-9]{7,8}(?-u:\b)"
    r"|(?-u:\b)[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}(?-u:\b)"
    rf"|[幺一壹](?:[- ]?[{SPOKEN_DIGITS}]){{10}}"
)
BETWEEN = r"(?:号码?|账号|帐号|id|是|为|搜索?|收款|[\s:：,，=+\-—~])"
ACCOUNT = r"[a-z0-9][a-z0-9_-]{4,}"
NUMBERED = r"(?:[a-z_-]{0,15}[0-9][a-z0-9_-]{4,}|[a-z_-]{2,15}[0-9][a-z0-9_-]{2,})"
"""An account that holds a digit, for names that are words of their own."""
SHORT = "[微薇威徽溦嶶]"
"""The first letter of a name, enough where someone is asked to add the account behind it."""
WHO = r"(?:我们?|咱们?|一下|下|个人|个|店主|老板|客服|私人|工作|的){0,3}"
REFUSED = (
    r"(?:不|没|没有|别|勿|请勿|切勿|无法|无需|不能|不可|不可以|不支持|不允许|不让|不准|不得|不会|不用|不要|不必|不需要|不建议"
    r"|不方便|禁止|严禁|拒绝)(?:您|你|客服|我们|大家|私下|随意|随便|直接|再|去|私自|主动|互|用|通过|提供|相信|和|与|买家|顾客|陌生){0,3}"
)
"""A refusal right before what is refused. Farther away it mostly gives the reason for an offer:
图发不了，加我微信.
"""
CODE = (
    r"(?:扫|识别|长按)[^。!?]{0,6}码[^。!?]{0,6}(?:加|进群|入群|联系|添加|关注|付款|支付|转账|付)"
    r"|(?:加|进群|入群|联系|添加|付款|支付|转账)[^。!?]{0,6}二维码"
    r"|发(?:你|您|给|个|下|一|送|我)[^。!?]{0,5}二维码|(?:收款|付款|收钱)码"
)
STREET = r"(?:路|街|大道|巷|弄|胡同)"
PLACE = r"(?:省|市|区|县|镇|乡|街道|大道|路|街|巷|弄|村|小区|花园|园区|大厦|广场|社区)"
NO_DAY = r"(?:$|[^0-9发到左之前后链色码款线仓才开下上晚早中付店])"
"""What follows a house number and no day of the month or number of a model."""
ADDRESS = (
    rf"{STREET}(?:[东西南北中]?段)?[0-9]{{1,5}}(?:[-—][0-9]{{1,4}})?号{NO_DAY}"
    rf"|{PLACE}[^。!?,，;；]{{0,20}}?[0-9a-z]{{1,4}}(?:栋|幢|座|单元|室|号楼|[楼层](?:$|[^上下]))"
    rf"|(?:省|市|区|县)[^。!?]{{2,20}}{PLACE}[^。!?,，;；]{{0,16}}?[0-9]{{1,5}}号{NO_DAY}"
    r"|(?:实体店|线下店|门店|体验店)(?:的?地址|位置)?(?:在|就在|是|:)[^。!?]{0,16}"
    r"(?:市|区|县|镇|路|街|城|广场|商场|大厦|村)"
)

CARD_LENGTH = 19


@frozen(slots=False)
class Sought:
    """The word lists of the detector, and the numbers and addresses that are the platform's.

    `names` of chat and pay services (their `around`: words of a warning); `outside`: how buyers are
    led to other shops or to pay elsewhere; `returning` and `delivering`: words of talk in which an
    address or a phone number is ordinary. `hotlines`: digits.
    """

    names: Lexicon
    outside: Lexicon
    domains: tuple[str, ...]
    hotlines: tuple[str, ...]
    returning: tuple[str, ...]
    delivering: tuple[str, ...]

    @cached_property
    def chat(self) -> ChatPatterns:
        """The patterns that stand on the names."""
        return ChatPatterns(self.names)


class ChatPatterns:
    """Patterns over text (`plain`: as written; `squeezed`: normalised) that need the names."""

    def __init__(self, names: Lexicon) -> None:
        """Names of letters only need a border before and something between them and the account."""
        certain, doubtful = (*names.words, *names.certain), tuple(names.doubtful)
        han, latin = _either(certain, ascii=False), _either(certain, ascii=True)
        vague = _either(doubtful, ascii=False)
        letters = _either(doubtful, ascii=True)
        everyone = f"(?:{han}|{latin})"
        dotted = _either(certain, ascii=True, between=DOTS)
        vague_dotted = _either(doubtful, ascii=True, between=DOTS)
        self.account = rf"{han}{BETWEEN}{{0,6}}{ACCOUNT}|(?-u:\b){dotted}{BETWEEN}{{1,6}}{ACCOUNT}"
        self.squeezed = (
            rf"{han}(?:号码?|账号|帐号|id|是|为){{0,3}}{ACCOUNT}"
            rf"|加{WHO}(?:{vague}|{letters}|{SHORT})(?:号码?|账号|是|为){{0,2}}{NUMBERED}"
            rf"|{everyone}(?:同号|同步|同手机)|同{everyone}(?:$|号)|群号是?[0-9]{{6,12}}"
        )
        self.invite = (
            rf"加{WHO}(?:{everyone}|(?:微|薇|v)(?:$|[我你您聊详发咨私谈]))"
            rf"|{everyone}号?是?多少"
            rf"|{everyone}(?:上)?(?:联系|私聊|详聊|聊|沟通|找我|说|咨询)"
            rf"|(?:留|给|报|发)(?:我|一下|下|个|您|你|的|联系){{0,3}}{everyone}(?:号|吗|呗|吧|$)"
        )
        self.vague = (
            rf"{vague}(?:号码?|账号|是|[:：=\s+]){{0,4}}{NUMBERED}"
            rf"|{SHORT}\p{{S}}*[:：\s]{{1,2}}{NUMBERED}"
            rf"|(?-u:\b){vague_dotted}(?:号码?|账号|[:：=]){{1,3}}\s?{NUMBERED}"
        )
        self.vague_invite = rf"加{WHO}(?:{vague})"


DOTS = r"[^0-9a-z\s\u{4e00}-\u{9fff}]{0,2}"
"""What may part the letters of a name in text as written; a pattern of all marks and symbols says
hardly anything else, and takes twenty times as long to build.
"""


def _either(
    names: Iterable[str],
    *,
    ascii: bool,  # noqa: A002  what str.isascii asks
    between: str = "",
) -> str:
    """One pattern for the folded names of either script; matches nothing if there is none."""
    folded = {fold(name) for name in names} - {""}
    kept = sorted((n for n in folded if n.isascii() is ascii), key=lambda n: (-len(n), n))
    parted = [between.join(map(re.escape, name)) for name in kept]
    return f"(?:{'|'.join(parted)})" if parted else r"(?:\z.)"


@fact
def contacts(facts: Facts) -> pl.LazyFrame:
    """Merchant-side messages with contact and contact_review (see `with_contacts`)."""
    none = facts(unmatched).with_columns(contact=NOTHING, contact_review=pl.lit(False))
    told = facts(suspects).join(facts(_contacts_in_texts), on=TEXT_ID, how="left")
    told = told.with_columns(pl.col("contact_review").fill_null(False))
    own = (*message_columns(facts.tables), "contact", "contact_review")
    return pl.concat([told.select(own), none.select(own)])


@fact(shared=True, finds=True)
def _contacts_in_texts(facts: Facts) -> pl.LazyFrame:
    """The texts with a contact: TEXT_ID, contact and contact_review."""
    numbers = [
        facts.tables.rows(kind).select(number=column).filter(pl.col("number").is_not_null())
        for kind in (Kind.ORDERS, Kind.SHIPMENTS)
        for column in ("order_id", "tracking_no")
    ]
    found = with_contacts(
        facts(texts), facts(sayings), known=pl.concat(numbers), sought=_sought(facts.terms)
    )
    return found.filter(pl.col("contact").is_not_null()).select(
        TEXT_ID, "contact", "contact_review"
    )


def _sought(terms: Terms) -> Sought:
    # An allowed phrase may be the address of a partner that the platform licensed.
    partners = (entry.phrase for entry in terms.settings.allow if "." in entry.phrase)
    return Sought(
        names=terms.lexicon("contact_names"),
        outside=terms.lexicon("outside"),
        domains=(*terms.words("platform_domains"), *partners),
        hotlines=terms.words("hotlines"),
        returning=terms.words("returning"),
        delivering=terms.words("delivering"),
    )


def with_contacts(
    said: pl.LazyFrame, sayings: pl.LazyFrame, *, known: pl.LazyFrame, sought: Sought
) -> pl.LazyFrame:
    """The texts with `contact` (String: the kinds found, joined by a space; null = none) and
    `contact_review` (Boolean: nothing in it is certain).

    `said`, `sayings`: see `messages.texts` and `messages.sayings`. `known`: frame with a column
    `number`, the shop's order and waybill numbers; a run of digits that is one of them is no bank
    card.
    """
    cards = _cards(said.with_columns(_plain=_plain(pl.col("content"), sought.names)), known)
    rows = said.join(_sayings(sayings, sought), on=SAYING, how="left")
    rows = rows.join(cards, on=TEXT_ID, how="left").with_columns(
        _certain=_joined(_kinds({"bank_card": pl.col("_card")}), pl.col("_certain")),
        _doubtful=_joined(
            _kinds({"bank_card": pl.col("_long") & ~pl.col("_card")}), pl.col("_doubtful")
        ),
    )
    return _looked_at(rows, sought, own=said.collect_schema().names())


def _plain(content: pl.Expr, names: Lexicon) -> pl.Expr:
    """The text as written, in compatible, small letters."""
    plain = content.str.normalize("NFKC").str.replace_all(f"[{UNSEEN}]+", "").str.to_lowercase()
    return without(plain, names.innocent)


def _sayings(sayings: pl.LazyFrame, sought: Sought) -> pl.LazyFrame:
    """What the patterns find in each saying, but for cards; whether it is worth a closer look, and
    whether that needs a score.
    """
    content = pl.col("content")
    plain = _plain(content, sought.names)
    plus = plain.str.replace_all("[+➕✚]", "加")
    text = worth_it(sayings, _look(sought)).with_columns(
        _plain=plain,
        _squeezed=without(normalised(plus), sought.names.innocent),
        _warned=says(pl.col("text"), sought.names.around),
    )
    certain, doubtful = _checks(sought)
    return text.select(
        content.alias(SAYING),
        JOINED,
        SCORED,
        CLOSELY,
        "_worth",
        _certain=_kinds(certain),
        _doubtful=_kinds({name: doubtful[name] & ~certain[name] for name in certain}),
    )


def _look(sought: Sought) -> ContactLook:
    return ContactLook(sought.names, sought.outside, sought.hotlines, sought.domains)


def _looked_at(rows: pl.LazyFrame, sought: Sought, *, own: list[str]) -> pl.LazyFrame:
    """The texts with what the patterns find in them, seen in its sentence where it matters."""
    found = pl.col("_certain").is_not_null() | pl.col("_doubtful").is_not_null()
    rows = rows.with_columns(_worth=found | pl.col("_worth").fill_null(False))
    read = rows.filter("_worth").with_columns(
        _read=pl.struct(SAYING, JOINED, SCORED, CLOSELY, "_certain", "_doubtful").map_batches(
            _look(sought).read, return_dtype=READ, is_elementwise=True
        )
    )
    certainly, doubtfully = (pl.col("_read").struct.field(part) for part in ("certain", "doubtful"))
    both = _joined(*(pl.when(part != "").then(part) for part in (certainly, doubtfully)))
    judged = read.select(
        *own,
        contact=both,
        contact_review=(certainly == "") & (doubtfully != ""),
    )
    rest = rows.filter(~pl.col("_worth")).select(
        *own, contact=NOTHING, contact_review=pl.lit(False)
    )
    return pl.concat([judged, rest])


def _checks(sought: Sought) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Kind → Boolean, certain ones and those for review."""
    plain, squeezed, chat = pl.col("_plain"), pl.col("_squeezed"), sought.chat
    no_mail = plain.str.replace_all(MAIL, " ")
    foreign = no_mail.str.replace_all(_own_links(sought.domains), "$1 ")
    stranger = plain.str.replace_all(_numbers(sought.hotlines), " ")
    back = says(pl.col("text"), sought.returning)
    under_way = says(pl.col("text"), sought.delivering)
    place, phone = plain.str.contains(ADDRESS), stranger.str.contains(PHONE)
    ordinary = {"phone": under_way | (place & back), "address": under_way | back}
    never = pl.lit(False)
    invited = _invited(squeezed, chat.invite)
    coded = _invited(plain, CODE)
    led = match(pl.col("text"), pl.col("content"), sought.outside)
    open_invite = invited & ~pl.col("_warned")
    account = plain.str.contains(chat.account) | squeezed.str.contains(chat.squeezed)
    vague = plain.str.contains(chat.vague) | squeezed.str.contains(chat.vague_invite)
    certain = {
        "link": foreign.str.contains(LINK),
        "mail": plain.str.contains(MAIL),
        "chat_id": account | open_invite,
        "qr_code": coded & ~pl.col("_warned"),
        "phone": phone & ~ordinary["phone"],
        "address": place & ~ordinary["address"],
        "other_shop": led.plainly,
    }
    doubtful = {
        **dict.fromkeys(certain, never),
        "chat_id": squeezed.str.contains(chat.invite) | vague,
        "qr_code": plain.str.contains(CODE),
        "phone": phone,
        "address": place,
        "other_shop": led.found,
    }
    return certain, doubtful


def _kinds(checks: dict[str, pl.Expr]) -> pl.Expr:
    """The names of the checks that hold, joined by a space; null when none does."""
    names = (pl.when(check.fill_null(False)).then(pl.lit(name)) for name, check in checks.items())
    return _joined(*names)


def _joined(*names: pl.Expr) -> pl.Expr:
    found = pl.concat_str(list(names), separator=" ", ignore_nulls=True)
    return pl.when(found != "").then(found)


def _invited(text: pl.Expr, pattern: str) -> pl.Expr:
    """Boolean: the pattern occurs, and not only right behind a refusal of it."""
    return text.str.replace_all(rf"{REFUSED}(?:{pattern})", "〇").str.contains(pattern)


def _own_links(domains: Iterable[str]) -> str:
    hosts = "|".join(re.escape(domain) for domain in domains) or r"\z."
    return rf"(^|[^a-z0-9.-])(?:https?://)?(?:[a-z0-9-]+\.)*(?:{hosts})(?:[/?#][a-z0-9/_.?&=%#-]*)?"


def _numbers(hotlines: Iterable[str]) -> str:
    spelled = ["[- ]?".join(number) for number in hotlines]
    return "|".join(spelled) or r"\z."


def _cards(said: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """TEXT_ID of texts with a run of digits that passes as a bank card, and whether one does that
    is not labelled as something else, `_card`, and any one, `_long`.

    `said`: `_plain`.
    """
    number = pl.col("number").str.replace_all(r"[^0-9]", "")
    texts = {"_card": pl.col("_plain").str.replace_all(LABELLED, " "), "_long": pl.col("_plain")}
    runs = [
        said.select(TEXT_ID, pl.lit(name).alias("_version"), number=text.str.extract_all(CARD))
        for name, text in texts.items()
    ]
    candidates = (
        pl.concat(runs)
        .filter(pl.col("number").list.len() > 0)
        .explode("number")
        .with_columns(number=number)
        .filter(luhn(pl.col("number")))
    )
    # Candidates are few: the millions of known numbers pass by them, and not the other way round.
    own = known.join(candidates.select("number"), on="number", how="semi")
    cards = candidates.join(own, on="number", how="anti")
    found = {name: (pl.col("_version") == name).any() for name in texts}
    return cards.group_by(TEXT_ID).agg(**found)


def luhn(number: pl.Expr) -> pl.Expr:
    """Boolean: whether the digits (text, at most 19) pass the Luhn check."""
    rest = number.cast(pl.UInt64)
    total = pl.lit(0, dtype=pl.UInt64)
    for place in range(CARD_LENGTH):
        digit = rest // 10**place % 10
        # Every second digit, counted from the right without the check digit, is doubled.
        doubled = digit * 2
        value = pl.when(doubled > 9).then(doubled - 9).otherwise(doubled)
        total = total + (value if place % 2 else digit)
    return total % 10 == 0
