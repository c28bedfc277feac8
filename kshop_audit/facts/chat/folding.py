"""A message in the shape in which it is searched, with what the shape leaves out remembered."""

from __future__ import annotations

import functools
import importlib
import unicodedata
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise

from kshop_audit.model.frozen import frozen

BREAK = "|"
"""Stands for everything that ends a clause, in `Folded.clauses`."""

ENDS = frozenset("，,。！!？?；;\n…：:")
OPEN, CLOSE = '“「『‘"', '”」』’"'
PICTURES = {
    "💩": "屎", "🐶": "狗", "🐕": "狗", "🐷": "猪", "🐖": "猪", "🔪": "刀", "🤡": "小丑",
    "🐢": "龟", "🐧": "企鹅",
    "➕": "加", "✚": "加", "🈺": "", "🖕": "操你", "👎": "", "💊": "药",
}  # fmt: skip
"""Pictures that stand for a word; all others say nothing."""

COMPONENTS = {
    "亻方": "仿", "イ方": "仿", "米青": "精", "禾青": "精", "亻尔": "你", "亻言": "信",
    "扌日苗": "扫描", "扌彐": "扫", "扌苗": "描",
    "讠正": "证", "礻申": "神", "疒丙": "病", "氵去": "法", "饣反": "饭", "犭苗": "猫",
    "犭句": "狗", "犭者": "猪", "讠乍": "诈",
    "马户": "驴", "亻专": "传", "钅肖": "销", "贝者": "赌", "讠皇": "谎", "彳艮": "很",
    "女表": "婊", "馬户": "驴",
    "目害": "瞎", "木反": "板", "片反": "版", "女昌": "娼", "尸死": "屍",
}  # fmt: skip
"""Characters taken apart: only parts that are hardly ever written alone."""

TWINS = str.maketrans(
    "這們個說對來為時會後過還見東車馬長門問間開關電話號買賣貨質業廣產實應當學國發錢銀員聽讀寫請謝讓認識證詞語誰誹謗謊騙訴訟"
    "傳銷複復覆掃瞄圖書畫報紙場運動進遠連選邊達適遲遺際陽隊階陰難雙離雲霧靈靜頭頁順須預領顏題類風飛飯飲餘館駕駛驗魚鳥鳴點黨"
    "齊齒龍體價優債傷僅傾億從徵愛態慣憑懷懶戰戲撿擔據擇擊擾攔斷無顯曉機橫檔檢櫃權欄歡歲歸殘殺漢滅滾滿濕災為爛爭牆獎獨狗獸"
    "現環產畝異療瘋癡盜盤眾睜確碼禮禍種稱穩窮競筆節範簡糧約級純紅紋納紛線練組細終給絕統經綠維網緊緒緣縣縮總績織繳繼續罰罵"
    "羅義習聯聰聲職膚臉臟臨舉舊艙莊華萬葉藥虛蟲術衛補裝裡製覺觀觸計訂訊討訓記訪設許診評試詩詳誇誤調談諒論諮謹譯議護讚豬貓"
    "負貝財責販貴費貼資賊賓賠賢賤賭賺贈贏趕趙跡踐蹤軍軟載較輕輪輸轉辦農遊遞醜醫釋針鈴鉤銅鋪錄錯鍋鍵鎖鏈鏡鐘鐵閃閉閒閱阿陳"
    "陸陣隨險隻雜雞靠響項頓頻顆願顧飾餓馮騎騷驚髒髮鬆鬧鬥鮮鳳麗麥麵黃妳牠儘僞偽髙倣彷佈佔俠倉倫偉傑儀儲兇兒兩冊凍劃劇劑劍"
    "勁勞勢勝勵勸匯區協單壓壞壽夠夢夥奪奮婦媽嬌嬰孫寧審寬寶將專尋導屆屍層屬岡島嶺幣帥師帳帶幫幹幾庫廁廚廟廠廢張強彈彎彥徑"
    "嘅係佢哋冇揾覅",
    "这们个说对来为时会后过还见东车马长门问间开关电话号买卖货质业广产实应当学国发钱银员听读写请谢让认识证词语谁诽谤谎骗诉讼"
    "传销复复复扫描图书画报纸场运动进远连选边达适迟遗际阳队阶阴难双离云雾灵静头页顺须预领颜题类风飞饭饮余馆驾驶验鱼鸟鸣点党"
    "齐齿龙体价优债伤仅倾亿从征爱态惯凭怀懒战戏捡担据择击扰拦断无显晓机横档检柜权栏欢岁归残杀汉灭滚满湿灾为烂争墙奖独狗兽"
    "现环产亩异疗疯痴盗盘众睁确码礼祸种称稳穷竞笔节范简粮约级纯红纹纳纷线练组细终给绝统经绿维网紧绪缘县缩总绩织缴继续罚骂"
    "罗义习联聪声职肤脸脏临举旧舱庄华万叶药虚虫术卫补装里制觉观触计订讯讨训记访设许诊评试诗详夸误调谈谅论咨谨译议护赞猪猫"
    "负贝财责贩贵费贴资贼宾赔贤贱赌赚赠赢赶赵迹践踪军软载较轻轮输转办农游递丑医释针铃钩铜铺录错锅键锁链镜钟铁闪闭闲阅阿陈"
    "陆阵随险只杂鸡靠响项顿频颗愿顾饰饿冯骑骚惊脏发松闹斗鲜凤丽麦面黄你它尽伪伪高仿仿布占侠仓伦伟杰仪储凶儿两册冻划剧剂剑"
    "劲劳势胜励劝汇区协单压坏寿够梦伙夺奋妇妈娇婴孙宁审宽宝将专寻导届尸层属冈岛岭币帅师帐带帮干几库厕厨庙厂废张强弹弯彦径"
    "的是他们没找别",
)
"""Traditional characters, variants and a few of Cantonese and Wu; opencc knows the others."""


@frozen(slots=False)
class Folded:
    """A text to be searched.

    `text`: only letters, digits and characters, small and simplified. `pairs`: each sign of it, and
    every two that stand together. `clauses`: the text with BREAK where a clause ends. `breaks`:
    positions of `text` before which a clause ended. `quoted`: positions of `text` that stand
    between quotation marks.
    """

    text: str
    pairs: frozenset[str]
    clauses: str
    breaks: frozenset[int]
    quoted: frozenset[int]


@functools.cache
def _simplifier() -> Callable[[str], str] | None:
    """The library of the extra, where it is installed."""
    try:
        library = importlib.import_module("opencc")
    except ImportError:
        return None
    convert: Callable[[str], str] = library.OpenCC("t2s").convert
    return convert


def knows_all_variants() -> bool:
    """Whether every traditional character is known, not the common ones only."""
    return find_spec("opencc") is not None


def simplified(text: str) -> str:
    """The text in simplified characters."""
    if text.isascii():
        return text
    known = text.translate(TWINS)
    convert = _simplifier()
    return known if convert is None else convert(known)


def _read_out(content: str) -> str:
    for sign, word in PICTURES.items():
        content = content.replace(sign, word)
    return content


def folded(content: str) -> Folded:
    """The message as it is searched."""
    plain = simplified(unicodedata.normalize("NFKC", _read_out(content))).lower()
    letters: list[str] = []
    clauses: list[str] = []
    breaks: set[int] = set()
    quoted: set[int] = set()
    within = False
    for sign in plain:
        if sign in ENDS and letters:
            # A line break may stand anywhere, also within a word that is to be hidden.
            if sign != "\n":
                breaks.add(len(letters))
            if clauses[-1] != BREAK:
                clauses.append(BREAK)
        within = _within(sign, within=within)
        kept = _kept(sign)
        if kept:
            if within:
                quoted.add(len(letters))
            letters.append(kept)
            clauses.append(kept)
    text, parted = "".join(letters), "".join(clauses)
    for apart, whole in COMPONENTS.items():
        if apart in text:
            # Positions after it move; a message in such disguise has no use for quotes.
            text, parted = text.replace(apart, whole), parted.replace(apart, whole)
            breaks, quoted = set(), set()
    return Folded(text, pairs_of(text), parted, frozenset(breaks), frozenset(quoted))


def pairs_of(text: str) -> frozenset[str]:
    """Each sign of the text, and every two that stand together."""
    return frozenset((*text, *map("".join, pairwise(text))))


def _within(sign: str, *, within: bool) -> bool:
    if sign == '"':
        return not within
    if sign in OPEN:
        return True
    return within and sign not in CLOSE


def _kept(sign: str) -> str:
    """The sign, a letter with a tone mark without it, or nothing."""
    kind = unicodedata.category(sign)
    if kind[0] == "L" or kind in ("Nd", "Nl", "No"):
        if "\u00c0" <= sign <= "\u024f":
            return unicodedata.normalize("NFD", sign)[0]
        return "" if kind == "Lm" else sign
    return ""
