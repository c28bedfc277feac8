"""Contacts in disguise: numbers in words, names with an account some way behind, links taken apart.

`facts.contacts` finds what stands there plainly. Here a single message is read with what stands
around a number or a name, which also tells a contact from an article number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from kshop_audit.facts.chat.folding import PICTURES, simplified
from kshop_audit.facts.chat.reader import Strength
from kshop_audit.facts.text import fold
from kshop_audit.model.patterns import regex
from kshop_audit.model.settings import Lexicon


class Disclosed(StrEnum):
    """What is disclosed; the same names as in `facts.contacts`."""

    LINK = "link"
    MAIL = "mail"
    CARD = "bank_card"
    CHAT = "chat_id"
    CODE = "qr_code"
    PHONE = "phone"
    ADDRESS = "address"


_FIGURE = "零〇○幺一壹二贰两三叁四肆五伍六陆七柒八捌九玖"
_PART = r"[\s\-/,，。.、…·_~]{0,2}"
SPOKEN_DOT = r"\s*(?:点|丶|dot|\(dot\)|\[dot\]|（dot）|【dot】|句号)\s*"
DOT = rf"(?:{SPOKEN_DOT}|\s*[.。]\s*)"
TOP = (
    r"(?:com|cn|net|org|shop|top|vip|xyz|cc|club|store|site|online|康姆|康木|康母|扣姆|西恩|西嗯"
    r"|肯姆)"
)
HINTS = "|".join(
    (
        rf"[{_FIGURE}](?:{_PART}[0-9{_FIGURE}]){{6}}|(?:[0-9{_FIGURE}]{_PART}){{6}}[{_FIGURE}]",
        r"[48]00[\s\-]?[0-9][0-9\s\-]{5,}|后四位|打头是|末尾|开头是|(?:yao|yi)\s*(?:san|wu|liu|qi|ba|jiu)|[0-9][oOlI][0-9oOlI]{5}",
        r"[A-Za-z]{2,}[_\-]?[0-9]{2,9}(?:[^0-9]|$)|[A-Za-z0-9]+_[A-Za-z0-9]|(?:[A-Za-z.]\s){4}",
        r"绿标|绿色软件|绿软件|绿泡泡|绿色聊天|绿信|小绿|陌陌|探探|(?i:whats|telegram)|飞机号",
        r"小红书|[闲咸]鱼|企鹅|球球|葳|亻言",
        r"(?:^|[^0-9A-Za-z])[vVqQ][xX]?(?:[^0-9A-Za-z]|$)|[薇徽葳溦][❤♥\s]|[wW]-[xX]",
        r"(?:银行|账户|帐户|账号|卡号|[农工建招]行|开户|户名|打款|汇款|对公)[^。]{0,12}[0-9]",
        rf"[a-z0-9](?:{SPOKEN_DOT}|\s*。\s*|\s+\.\s*|\.\s+){TOP}|浏览器|网盘|官网|口令|圈a|\[at\]|邮箱|去掉|删掉",
        r"🐧|➕|✚|二维|扫[^。！？!?]{0,10}(?:码|马|图|卡|片|格|方块)|(?i:qr)|刮开|照一下",
        r"自提|拿货|来店|店里|厂里|工厂|老店|档口|门市|面交|现金|欢迎来",
    )
)
"""A pattern of messages that get the closer look; the same in Rust's engine."""

HAN_DIGITS = str.maketrans(
    "零〇○幺一壹二贰两三叁四肆五伍六陆七柒八捌九玖弌弍弎洞拐",
    "000111222" + "33445566778899" + "123" + "07",
)
PINYIN_DIGITS = {
    "ling": "0", "dong": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "san": "3",
    "si": "4", "wu": "5",
    "liu": "6", "qi": "7", "guai": "7", "ba": "8", "jiu": "9", "gou": "9",
}  # fmt: skip
SPELLED = regex(rf"(?<![a-z])(?:{'|'.join(PINYIN_DIGITS)})(?![a-z])")
LINKING = regex(
    r"(?<=[0-9])[^0-9]{0,4}?(?:后面|再后面|再接|然后|中间|末尾|后四位|最后|结尾|接着|紧接着|接上"
    r"|跟着|再)[^0-9]{0,3}(?=[0-9])"
)
SEPARATED = regex(r"(?<=[0-9])[\s\-·•/,，。.、…_~—*+|\"'“”()（）]+(?=[0-9])")
BOTH_WAYS = regex(r"[0-9oil]{7,}")

ORDERED = regex(
    r"(?:订单|单号|运单|物流|快递单?|服务单|退款编?号|换货单|补发单|圆通|韵达|中通|申通|顺丰"
    r"|邮政|极兔|京东物流|取件码|包裹号|工单|尾号)"
    r"[^0-9a-z。]{0,6}[a-z]{0,4}[0-9][0-9 \-]{3,}"
)
ORDERED_AFTER = regex(
    r"[0-9][0-9 \-]{5,}(?=[^0-9]{0,3}(?:是|就是|为|这个)[^。]{0,6}(?:单号|编号|货号|款号|服务单"
    r"|订单|运单))"
)
LABELLED = regex(
    r"(?:货号|款号|批号|批次|证书|证号|编号|型号|条码|条形码|编码|许可证|备案|机身码|序列号|版号"
    r"|色号|标准号|标准|布版|款式|规格|sku|生产日期)"
    r"[^0-9a-z。]{0,4}(?P<number>[a-z]{0,6}[- ]?[0-9][0-9a-z/\-]{2,})"
)
"""Numbers of articles and papers: taken out, unless they are shaped as a mobile number is."""

MOBILE = regex(r"(?<![0-9a-z])(?:\+?86)?(1[3-9][0-9]{9})(?![0-9])")
LANDLINE = regex(
    r"(?<![0-9a-z])0(?:10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}(?![0-9])"
    r"|(?<![0-9])[48]00[0-9]{7}(?![0-9])"
)
WHOSE = regex(
    r"电话|手机|号码|座机|热线|微信|同号|拨打|打我|找我|联系我|老板|主管|老板娘|店长|仓库|售后"
    r"|我的号|我号|我这|dianhua|dian hua|加我|客服"
)
NOT_OURS = regex(
    r"您的|您留|你留|您填|预留|您报|收货人|收件人|收件信息|核对|麻烦确认|确认一下|确认:|确认："
    r"|您那边|您支付宝|快递员|快递小哥|派件员|派送员|司机|驿站|网点|站点|代收|师傅明天|师傅今天"
    r"|师傅下午|配送|货车|货拉拉|跑腿|骑手|安装工|安装师傅|师傅|物流专线|德邦|取件|派件|送货"
    r"|楼下"
)
BUYER_OWN = regex(
    r"(?:您|你)(?:的|留的|填的|那边的|报的)?(?:支付宝|微信|qq|邮箱|手机号|号码|银行卡)(?!(?:上"
    r"|里)?(?:加|搜|扫|转))"
)
"""The buyer's own account, spoken of."""
RETURNED = regex(r"寄回|退货|退回|寄到|回寄|寄往|售后地址|维修|返厂|拒收|退件地址")
"""Talk in which the shop's address and number are ordinary."""
ACCOUNT_SAID = regex(
    r"银行|账户|帐户|账号|帐号|卡号|农行|工行|建行|招行|中行|交行|邮储|信用社|农商|开户|户名"
    r"|打款|汇款|对公|转到这|转我"
)
CARD_LIKE = regex(r"(?<![0-9a-z])[0-9]{12,21}(?![0-9])")

ACCOUNT = (
    r"(?:[a-z][a-z0-9_.\-]{5,}|[a-z]{2,}[_\-]?[0-9]{2,}[a-z0-9_]*|[a-z][0-9]{4,}[a-z0-9_]*"
    r"|(?<![0-9])[1-9][0-9]{4,11})(?![a-z0-9])"
)
MARKED = (
    r"(?:[a-z]{2,}[a-z0-9]*[_\-]?[0-9]{2,}[a-z0-9_]*|[a-z][a-z0-9]{2,}_[a-z0-9_]{2,})(?![a-z0-9])"
)
"""An account that nobody takes for a word: letters and then figures, or an underscore."""
ADDED = regex(
    rf"(?:加(?!急|厚|大|长|宽|绒|高|热|固|工|价|购)|搜(?!索不)|添加)(?:一?下|我|个|好友|咱|老板"
    rf"|客服|昵称|号|索){{0,3}}[^a-z0-9。！？!?\n]{{0,5}}{MARKED}"
)
ASKED = regex(
    r"(?:加|搜|找|联系|备注|拉您|拉你|进群|入群|私聊|发我|发您|转|付|打|返|领|聊|说|拿|咨询|沟通)"
)
APPS = (
    "绿标软件", "绿色软件", "绿软件", "绿泡泡", "绿色聊天软件", "绿色的软件", "绿信", "小绿",
    "绿色图标", "聊天软件", "陌陌", "探探", "whatsapp",
    "whats app", "telegram", "飞机号", "纸飞机", "钉钉", "小红书", "闲鱼", "咸鱼", "企鹅", "球球",
    "葳", "微 亻言", "微信", "好友", "微博号",
    "qq", "扣扣", "威信", "徽信", "line", "skype", "脸书", "ins号", "公众号", "视频号",
)  # fmt: skip
SHORT_NAMES = (
    r"(?<![a-z0-9])(?:v+x?|w-?x|vx|q+|wei\s?xin|weixin|we ?chat|wechat|zfb|v信|薇|徽|葳|溦"
    r"|微)(?![a-z0-9])"
)
AFTER_SHORT = r"(?:[（(][^）)]{0,10}[）)])?[^a-z0-9。！？!?\n]{0,6}?"
HEART = r"[❤♥💚💗💕❥♡🧡💛💙💜🖤🤍💬]"
LETTER_BY_LETTER = regex(r"(?:(?<![a-z0-9])[a-z0-9.](?:\s+|$)){5,}")
HIDDEN_LINK = regex(rf"(?<![a-z0-9])[a-z0-9\-]{{3,}}{DOT}{TOP}(?![a-z])")
BROWSED = regex(
    r"(?:浏览器|网址|网盘)[^。]{0,8}?(?:输|打开|搜|是|访问|复制|登)[^。]{0,10}?[a-z0-9]{4,}"
    r"|复制[^。]{0,8}浏览器|删掉再打开|删了再打开|去掉空格|空格去掉|去掉[^。]{0,6}再打开|淘口令"
    r"|口令复制"
)
HIDDEN_MAIL = regex(
    rf"[a-z0-9_.]{{3,}}\s*(?:@|\[at\]|\(at\)|（at）|【at】|圈a|艾特|小老鼠|#at#"
    rf"|\bat\b)\s*[a-z0-9]{{2,}}"
    rf"|邮箱[^。]{{0,8}}?[a-z][a-z0-9_]{{4,}}(?:[^。]{{0,12}}{DOT}{TOP})?"
)
CODES = regex(
    r"(?:扫|照|识别|长按|刮开|刷)[^。！？!?]{0,10}?(?:码|马|qr|图|卡片|名片|黑白格"
    r"|方块)[^。]{0,12}?(?:加我|加客服|加好友|加老板|加微|进群|入群|进去|找到我|红包|返现|返您"
    r"|返\d|付款|转账|转我)"
    r"|二维[码马妈麻][^。]{0,8}?(?:发您|发你|加我|加好友|进群|转账|转我|付款)|(?:发|给)(?:您|你"
    r"|个|我|下|一个|一下)[^。]{0,4}?二维[码马妈麻]|qr[^。]{0,8}(?:进|加)|扫[^。]{0,4}qr"
)
COME = regex(
    r"(?:来|到|过来|去|进|上)(?:我们?|咱们?|店里|厂里|工厂|门店|实体店)[^。]{0,10}?(?:看|试|买"
    r"|拿|提|挑|选|逛|玩)|自提点|到店自提|上门自提|拿货|收现金|给现金|现金更|面交|当面交|欢迎来"
    r"|老店|实体店|工厂在|厂子|档口|批发市场|门市|店里试"
)
PLACED = regex(
    r"(?:省|市|区|县|镇|乡|街道|路|街|巷|道|村|广场|大厦|商场|商城|百货|市场"
    r"|城)[^。，,]{0,14}?(?:[0-9一二三四五六七八九十]+(?:号|栋|楼|层|档|室|铺|座)|[a-z]区?[0-9]+"
    r"|旁边|对面|隔壁|楼下|门口|里面|附近|路口)"
)
REFUSED_LATER = regex(
    r"加不了|不能加|不可以加|不让加|不加(?:哈|啦|了|的|微|好友|$)|就不加|加不上|不方便(?:给|加"
    r"|留)|不是我们(?:发|放|的)|千万(?:别|不要)|别扫|别加|不要扫|不要加|谨防|防骗|诈骗|骗子|解散"
    r"|违规|平台不允许|不允许|只能(?:在|登)|都是假|不要相信|别相信|别信|不要发给|不用发|请勿"
    r"|切勿|没有(?:微信|群|二维码|加|实体)|不用加|无需加|不会让您加|不留"
)
HOTLINES = regex(
    r"(?<![0-9])(?:123(?:15|45|33)|110|120|119|955[0-9]{2}|953[0-9]{2}|10086|10010|10000|11183"
    r"|95[0-9]{3})(?![0-9])"
)


def own_links(domains: Iterable[str]) -> re.Pattern[str]:
    """What leads to the platform's own domains."""
    hosts = "|".join(map(re.escape, domains)) or r"(?!)"
    return re.compile(
        rf"(?<![a-z0-9.\-])(?:https?://)?(?:[a-z0-9\-]+\.)*(?:{hosts})(?![a-z0-9.\-])",
        re.IGNORECASE,
    )


class Discloser:
    """Reads messages for contacts. `names`: the list of chat and pay services; `domains` and
    `hotlines` of the platform.
    """

    def __init__(self, names: Lexicon, hotlines: Iterable[str], domains: Iterable[str]) -> None:
        """The names of the list are known with all their spellings."""
        listed = [fold(word) for word in (*names.words, *names.certain)]
        han = sorted({*(w for w in listed if not w.isascii()), *APPS}, key=len, reverse=True)
        latin = sorted({w for w in listed if w.isascii()}, key=len, reverse=True)
        either = "|".join(map(re.escape, han))
        letters = "|".join(map(re.escape, latin))
        self._named = re.compile(
            rf"(?:{either}|(?<![a-z0-9])(?:{letters})(?![a-z]))[^。！？!?\n]{{0,8}}?{ACCOUNT}"
        )
        self._short = re.compile(
            rf"(?:{SHORT_NAMES}{HEART}?|[薇微v徽葳威]{HEART}){AFTER_SHORT}{ACCOUNT}"
        )
        self._innocent = [fold(phrase) for phrase in names.innocent]
        self._hotlines = frozenset(hotlines)
        self._own_links = own_links(domains)

    def read(self, content: str) -> dict[Disclosed, Strength]:
        """Disclosed → verdict, of what is found."""
        text = _plain(content)
        for phrase in self._innocent:
            text = text.replace(phrase, "〇" * len(phrase))
        text = HOTLINES.sub(" ", ORDERED_AFTER.sub(" ", ORDERED.sub(" ", text)))
        numbers = _numbers(text)
        text = LABELLED.sub(_unless_mobile, text)
        numbers = LABELLED.sub(_unless_mobile, numbers)
        found: dict[Disclosed, Strength] = {}
        refused = REFUSED_LATER.search(text) is not None
        for kind, verdict in (
            (Disclosed.PHONE, self._phone(text, numbers)),
            (Disclosed.CARD, _card(numbers)),
            (Disclosed.CHAT, self._chat(text, numbers)),
            (Disclosed.MAIL, _mail(text)),
            (Disclosed.LINK, self._link(text)),
            (Disclosed.CODE, _when(CODES.search(text) is not None)),
            (Disclosed.ADDRESS, _address(text)),
        ):
            if verdict:
                found[kind] = Strength.REVIEW if refused or "您留" in text else verdict
        return found

    @staticmethod
    def labelled(content: str) -> bool:
        """Whether a number in the message says that it is an article's or an order's."""
        text = _plain(content)
        return any(part.search(text) for part in (ORDERED, ORDERED_AFTER, LABELLED))

    def _phone(self, text: str, numbers: str) -> Strength:
        hits = [hit.group(hit.lastindex or 0) for hit in MOBILE.finditer(numbers)]
        hits += [hit.group() for hit in LANDLINE.finditer(numbers)]
        hits = [hit for hit in hits if hit not in self._hotlines]
        if not hits:
            return Strength.NOTHING
        if NOT_OURS.search(text) or RETURNED.search(text):
            return Strength.REVIEW
        written = any(hit in re.sub(r"[\s\-]", "", text) for hit in hits)
        return Strength.HIT if not written or WHOSE.search(text) else Strength.REVIEW

    def _link(self, text: str) -> Strength:
        foreign = self._own_links.sub(" ", text)
        if HIDDEN_LINK.search(foreign):
            return Strength.HIT
        return _when(foreign == text and BROWSED.search(text) is not None)

    def _chat(self, text: str, numbers: str) -> Strength:
        for body in (text, numbers):
            for pattern in (self._named, self._short, ADDED):
                hit = pattern.search(body)
                if hit and BUYER_OWN.search(text):
                    return Strength.REVIEW
                if hit and not MOBILE.search(hit.group()):
                    return Strength.HIT
                if hit:
                    return Strength.REVIEW if NOT_OURS.search(text) else Strength.HIT
        return Strength.NOTHING


def _plain(content: str) -> str:
    for sign, word in PICTURES.items():
        content = content.replace(sign, word)
    text = simplified(unicodedata.normalize("NFKC", content)).lower()
    kept = (c for c in text if unicodedata.category(c) not in ("Cf", "Mn", "Me"))
    text = "".join(kept).replace("亻言", "信").replace("jia我", "加我").replace("jia v", "加v")
    # Letters set apart one by one are one word.
    return LETTER_BY_LETTER.sub(lambda m: re.sub(r"\s+", "", m.group()) + " ", text)


def _numbers(text: str) -> str:
    """The text with its figures in one writing and without what parts them."""
    figures = SPELLED.sub(lambda m: PINYIN_DIGITS[m.group()], text)
    figures = figures.translate(HAN_DIGITS)
    figures = BOTH_WAYS.sub(_letters_as_figures, figures)
    figures = SEPARATED.sub("", figures)
    return SEPARATED.sub("", LINKING.sub("", LINKING.sub("", figures)))


def _letters_as_figures(found: re.Match[str]) -> str:
    run = found.group()
    if sum(sign.isdigit() for sign in run) < len(run) - 4:
        return run
    return run.replace("o", "0").replace("i", "1").replace("l", "1")


def _unless_mobile(found: re.Match[str]) -> str:
    number = re.sub(r"[^0-9a-z]", "", found["number"])
    return found.group() if re.fullmatch(r"1[3-9][0-9]{9}", number) else " "


def _card(numbers: str) -> Strength:
    run = CARD_LIKE.search(numbers)
    if not run or not ACCOUNT_SAID.search(numbers):
        return Strength.NOTHING
    return Strength.REVIEW if NOT_OURS.search(numbers) else Strength.HIT


def _mail(text: str) -> Strength:
    if not HIDDEN_MAIL.search(text):
        return Strength.NOTHING
    return Strength.REVIEW if BUYER_OWN.search(text) else Strength.HIT


def _address(text: str) -> Strength:
    if not (PLACED.search(text) and COME.search(text)):
        return Strength.NOTHING
    return Strength.REVIEW if NOT_OURS.search(text) or RETURNED.search(text) else Strength.HIT


def _when(found: bool) -> Strength:
    return Strength.HIT if found else Strength.NOTHING
