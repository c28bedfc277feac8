"""How a word stands in its sentence: denied, taken up from somebody else, or meant.

A denied or quoted word is for a person to judge. These are words of the language, not of a
platform.
"""

from __future__ import annotations

from kshop_audit.facts.chat.folding import Folded
from kshop_audit.facts.text import AFFIRMATIVE, NEGATIONS, REACH, fold
from kshop_audit.model.patterns import regex

AFFIRMED = sorted(map(fold, AFFIRMATIVE), key=len, reverse=True)
DENIED_BEFORE = regex(
    r"(?:不是|不卖|不做|不碰|不出|不接|不存在|不会|不可能|从不|绝不|决不|绝没|没有|没卖|没做"
    r"|没出|没碰|从没|从未|从来不|从来没|并非|绝非|拒绝|杜绝"
    r"|绝无|谁说|什么叫|什么是|没理由|哪有|哪里是|哪来|哪会|怎么会|怎么可能|要真是|要是|万一|一旦|倘若|查到|说我家"
    r"|说我们|诬陷|怕|担心|害怕|如果|假设|若|上一家|别家|别人家|人家|其他店|其他家|别的店|外面"
    r"|严查|查过|查处|查封|刚查|看出|识破|识别|教您|教你|凡是说|但凡|关键词|标题里|退回来的"
    r"|寄回来的|调包|掉包|拒收|最恨|痛恨|不支持|不提供|不出售|没收到过|没见过|从没进过|没进过"
    r"|不涉及|与|远离|抵制|如果是|假如是|若是|如非|如若|冇|唔系|唔卖|勿是|弗是|唔会|莫|别"
    r"|never|not|isnt|dont|不存在|没做过|没出过)"
    r"(?:(?!只有|而是|都是|全是|就是|但|可是)[^|]){0,10}$"
)
DENIED_AFTER = regex(
    r"^(?:这(?:两个?|俩|三个?|种|类|个)?(?:字|词|东西|货)?|的(?:话|事|东西|货)?|货|品|款"
    r"|版)?(?:呢|吗|嘛|呀|啊)?\|?"
    r"(?:[^|]{0,4}?(?:我们|我家|咱们|咱家|咱|我|本店|小店|店里|这边|这里|这儿|咱这|俺们|阿拉"
    r"|我哋|是|绝对|从来|一律|一概|一向|可|真)){0,3}"
    r"(?:不(?:卖|做|碰|出|接|沾|敢|会|能|可能|存在|允许|让|经营|销售|进|收|支持|符合|属实|算)"
    r"|没有的|没卖|没做|没碰|没有卖|没有做|哪有|哪来|判刑|坐牢|罚款|犯罪|会侵|侵犯|侵权|泛滥"
    r"|横行|误判|误会|误解|请勿|会被|被下架|下架|封号|这个?(?:标签|词|字眼|帽子|说法|罪名|锅"
    r"|名声|评价|理由|结论)|来?(?:跟|和)我们比|来比|不接受|概不|[^|]{0,8}\|[^|]{0,4}?(?:我们"
    r"|本店|咱们?|俺们|所以)[^|]{0,3}(?:不一样|哪敢|不敢|不做|不卖|不碰|从不|没有|只有正品"
    r"|只卖正品|都是正品|都带|都有防伪)|没有授权|没有$|没有\||没有出|从没|沾不上|不懂|不清楚这个"
    r"|包赔|包退|[^|]{0,4}(?:那家|那位|那款)(?:不是|可不是)|应该是别家|是别家|(?:和|跟"
    r"|与)[^|]{0,5}(?:区别|差别|不同|对比|不一样)|没有这|没进过|绝不|绝无|从不|从来不|从来没"
    r"|[^|]{0,6}\|?[^|]{0,6}(?:赔您|赔你|假一|十倍|全额退|关店|关门|吃下去|倒闭|随便您去验"
    r"|欢迎(?:您)?(?:去)?(?:验|鉴定))|不可能|是红线|违规|违法|犯法|犯罪|一经|假一|开除|禁止|严禁"
    r"|[^|]{0,10}?(?:都|也|从|绝|可)?不(?:卖|碰|做|沾|进)(?:的|哈|啦|哦|呀|过|碰)?(?:$|\|)"
    r"|[^|]{0,10}?没有?(?:卖|做|进|碰|出)过|(?:的)?您?(?:去别处|去别家|尽管)|这(?:顶|个)?帽子"
    r"|[^|]{0,2}(?:一律|一概|无条件|全额)(?:退|赔)"
    r"|唔卖|冇|唔会|也太|您太|可别|这种事|这话|从何|没见过|纯属误会|冤枉|怎么可能|哪能|哪敢)"
)
ATTRIBUTED = regex(
    r"(?:您|你|老师|学校|买家|顾客|客户|客人|亲|有人|朋友|同事|家人|老公|老婆|闺蜜|评论|评价"
    r"|差评|评论区|用户|他|她|网上|主播|别人|对方|人家|app|软件|机构|鉴定师?)[^|]{0,8}?"
    r"(?:说|问|讲|写|觉得|认为|以为|怀疑|选|反馈|理解|提到|提的|形容|骂|留言|发来|告诉|一句|质疑"
    r"|上传|提供|自己带|发来|寄来|举报|投诉|描述|喊|叫|要求|让|咨询|看成|当成|听成|买到|看到"
    r"|发的图|发的照|误以为|误会).{0,10}$"
)
ATTRIBUTED_AFTER = regex(
    r"^[^|]{0,4}(?:这(?:个|种|句|类)?(?:词|字|话|说法|问题|情况|事)|(?:那|这)(?:位|个人)|的(?:都"
    r"|那位|人|用户|朋友)|二字|两个字|三个字|(?:投诉|举报|差评)?理由)"
)
WARNED = regex(
    r"谨防|警惕|提防|小心上当|防骗|诈骗|上当受骗|认准|鉴别|辨别|分辨|区分|打假|防伪|防止|不能说"
    r"|不让说|不许说|不可以说|违禁词|敏感词|市面上?(?:很多|有很多|好多|的)|冒充|假冒|盗版|侵权"
    r"|知识产权|维权|曝光假|下架处理|"
    r"切勿|请勿|抵制|举报|报警|骚扰信息|请不要再发|文明用语|文明沟通|骂人"
)
ASSERTED = regex(
    r"\|(?:这|那|其实|它|我们|咱|咱们|本店|店里|也|就|都|确实|的确|说白了"
    r"|实话说){0,3}[^|]{0,3}是$|(?:那个|这个|那款|这款|那双|这双|那条|这条|那件|这件|那批|这批"
    r"|收到的|拍的|下单的|看的|问的)·?(?:其实|就|都|也|确实|真的)?是$"
)
OTHERS = regex(
    r"(?:别家|别人家|谁家|同行|隔壁|别的店|其他店|其他家|外面|外头|市面上)[^|我咱本]{0,6}$"
)
"""What stands before a word that is said of others."""
ASKED_FOR = regex(r"^[^|]{0,3}(?:传|寄|发|拍|交)(?:上来|过来|来|给我|我们|我)")
"""What stands behind a paper that the buyer is to send."""
TO_THE_FACE = regex(r"[您你]们?(?:就|真|还|难道|莫非|不会)?是(?:不是)?[个条]?$")
"""What stands before a word that is asked of the buyer, not by the buyer: 你是傻逼吗."""
COMPARED = regex(r"(?:跟|和|与|比|区别于|不同于|有别于|区分)$")
"""What stands before a word that something else is compared with."""
LOOK_BACK, LOOK_AHEAD = 22, 16


def denied(body: Folded, start: int, end: int) -> bool:
    """Whether a negation before or after the word takes it back."""
    near = body.text[max(0, start - REACH) : start]
    whole = body.text[max(0, start - REACH - 3) : start]
    for word in AFFIRMED:
        whole = whole.replace(word, "〇" * len(word))
    near = whole[-len(near) :] if near else ""
    if any(sign in near for sign in NEGATIONS):
        return True
    before, after = around(body, start, end)
    before = before.rpartition("|")[2]
    for word in AFFIRMED:
        before = before.replace(word, "〇" * len(word))
    return bool(DENIED_BEFORE.search(before) or DENIED_AFTER.match(after))


def said_of_others(body: Folded, start: int) -> bool:
    """Whether the clause says before the word that it is about other shops."""
    before, _ = around(body, start, start)
    return bool(OTHERS.search(before.rpartition("|")[2]))


def taken_up(body: Folded, start: int, end: int) -> bool:
    """Whether the word is a quotation, or put into somebody else's mouth."""
    if start in body.quoted and end - 1 in body.quoted:
        return True
    before, after = around(body, start, end)
    asked = any(
        after.startswith(sign, i) for i in range(8) for sign in ("吗", "嘛") if "|" not in after[:i]
    )
    if ASSERTED.search(before) and not asked:
        return False
    clause = before.rpartition("|")[2]
    if (
        asked
        and any(who in clause for who in ("您", "你", "亲是"))
        and not TO_THE_FACE.search(clause)
    ):
        return True
    if COMPARED.search(clause):
        return True
    if ASKED_FOR.match(after):
        return True
    return bool(ATTRIBUTED.search(before) or ATTRIBUTED_AFTER.match(after))


def warned(body: Folded) -> bool:
    """Whether the message warns of something."""
    return bool(WARNED.search(body.text))


def around(body: Folded, start: int, end: int) -> tuple[str, str]:
    """What stands before and after the word, with a sign where a clause ends."""
    return (
        _with_breaks(body, max(0, start - LOOK_BACK), start),
        _with_breaks(body, end, min(len(body.text), end + LOOK_AHEAD)),
    )


def _with_breaks(body: Folded, start: int, end: int) -> str:
    signs = []
    for place in range(start, end):
        if place in body.breaks:
            signs.append("|")
        signs.append(body.text[place])
    if end in body.breaks:
        signs.append("|")
    return "".join(signs)
