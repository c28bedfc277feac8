"""Conversations: who asked what, who answered and how fast; and the ratings afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sample_data.catalogue import CARRIERS
from sample_data.dice import Dice, Quota
from sample_data.spec import CUT, LAST_DAY, Agent, Shop, Spec, stamp

ASKING_HOURS = (8, 9, 10, 11, 13, 14, 15, 16, 18, 19, 20, 20, 21, 21, 22, 22)
EVENING = 21
ROBOT = "智能客服"
Round = tuple[tuple[str, ...], str]
COMMON: tuple[Round, ...] = (
    (("在吗", "这款还有货吗"), "亲亲在的,这款现货充足,今天拍下会尽快为您安排发出哦"),
    (("什么时候发货呀",), "亲,一般付款后48小时内发出,您的订单已经在排队打包了"),
    (("我的快递到哪了", "两天没更新了"), "帮您查了一下,包裹已经到中转中心,预计明后天派送"),
    (("发什么快递",), "默认发{carrier}哦,偏远地区会转邮政"),
    (("这个和直播间的一样吗", "主播说有赠品"), "一样的亲,赠品会跟着包裹一起发出"),
    (("收到了,有一件少发了",), "非常抱歉亲,马上帮您核实,核实后给您补发"),
    (("怎么申请退货",), "亲,在订单页面点申请售后,选退货退款就可以了"),
    (("能便宜点吗", "买两件呢"), "亲,两件有满减,系统会自动优惠的"),
    (("发票能开吗",), "可以开电子发票的亲,收货后在订单页提交就行"),
)
TOPICS: dict[str, tuple[Round, ...]] = {
    "food": (
        (("保质期多久",), "亲,日期都是近期的新货,包装上有标注,请放心食用"),
        (("小孩子能吃吗", "三岁"), "亲,三岁以上可以少量吃,有过敏史的话建议先看配料表"),
        (("要放冰箱吗",), "开封前常温避光就好,开封后建议冷藏并尽快吃完"),
    ),
    "apparel": (
        (("身高160体重110穿什么码",), "亲亲,建议您拍M码,喜欢宽松可以拍大一码"),
        (("可以换个颜色吗",), "可以的亲,还没发出,已经帮您备注好了"),
        (("会不会掉色",), "深色首次建议单独冷水手洗,轻微浮色属于正常现象"),
        (("七天无理由支持吗",), "支持的亲,签收后七天内吊牌完好都可以退换"),
    ),
    "home": (
        (("1米8的床用哪个",), "亲,1米8的床选大号那款,四角都有松紧带"),
        (("店铺是要关了吗", "售后还管吗"), "是的亲,关店公示期间售后照常处理,请放心"),
    ),
}
THANKS = ("好的谢谢", "嗯嗯知道了", "行,那我等等", "好的")
GOODBYES = ("不客气亲,有问题随时联系我们哦", "感谢您的支持,祝您生活愉快", "好的亲,祝您购物愉快")
GREETING = "您好,欢迎光临!请问有什么可以帮您?"
NIGHT_REPLY = "您好,人工客服在线时间为早8点到晚12点,您的留言我们上班后第一时间处理"


@dataclass
class Talk:
    """One conversation while it is being written."""

    session: str
    buyer: str
    agent: str
    rows: list[tuple[datetime, str, str, str, str]]

    def say(self, at: datetime, sender: str, text: str, kind: str = "文本") -> None:
        # The agent stands on the buyer's rows too: it is the account that serves the session.
        account = "" if sender == "系统" else ROBOT if sender == "机器人" else self.agent
        self.rows.append((at, account, sender, kind, text))


def add_chats(shop: Shop, dice: Dice, buyers: dict[date, list[str]]) -> None:
    """Fill chats and ratings; ``buyers`` are the people who ordered on a day."""
    spec, quota, day = shop.spec, Quota(), shop.spec.first_chat_day
    serial = 0
    talks: list[Talk] = []
    while day <= LAST_DAY:
        slow_left = 1 if spec.one_slow_burst_a_day else 99
        for start in _starts(spec, dice, day):
            serial += 1
            talk, slow = _talk(spec, dice, quota, start, serial, slow_left > 0)
            talk.buyer = _known_buyer(dice, buyers, day) or talk.buyer
            slow_left -= slow
            talks.append(talk)
        if day.toordinal() % 3 == 0:
            serial += 1
            talks.append(_night_talk(spec, dice, day, serial))
        day += timedelta(days=1)
    _write(shop, talks)
    _rate(shop, talks, dice)


def _starts(spec: Spec, dice: Dice, day: date) -> list[datetime]:
    starts = [
        datetime.combine(
            day, time(dice.pick(ASKING_HOURS), dice.between(0, 59), dice.between(0, 59))
        )
        for _ in range(spec.sessions_by_weekday[day.weekday()])
    ]
    if day == LAST_DAY:
        # The newest event of all files fixes the default as-of: make it late on the last day.
        starts[0] = datetime.combine(day, time(23, 20, 8))
    return sorted(starts)


def _in_time(spec: Spec, quota: Quota, agent: Agent, at: datetime, may_be_slow: bool) -> bool:
    percent = agent.in_time_percent
    band = "day"
    if spec.evening_percent is not None and at.hour >= EVENING:
        percent, band = min(percent, spec.evening_percent), "evening"
    if spec.one_slow_burst_a_day and not may_be_slow:
        return True
    return quota.hit(f"{agent.name}/{band}", percent)


def _talk(
    spec: Spec, dice: Dice, quota: Quota, start: datetime, serial: int, may_be_slow: bool
) -> tuple[Talk, int]:
    """A daytime conversation and how many of its bursts were answered late."""
    agent = spec.agents[serial % len(spec.agents)]
    talk = Talk(_session(spec, start, serial), _buyer(dice), agent.name, [])
    if dice.between(1, 100) <= 20:
        talk.say(start - timedelta(seconds=4), "买家", "[商品卡片]", "商品卡片")
    at, slow = start, 0
    for asked, answer in _rounds(spec.topic, dice):
        first = last = at
        for index, text in enumerate(asked):
            last = first + timedelta(seconds=index * dice.between(8, 25))
            talk.say(last, "买家", text)
        good = _in_time(spec, quota, agent, first, may_be_slow and slow == 0)
        slow += not good
        reply_at = last + timedelta(seconds=dice.between(*spec.reply_seconds))
        if not good:
            reply_at = first + timedelta(seconds=dice.between(330, 2400))
            if dice.between(1, 3) == 1 or reply_at > CUT:
                # Nobody came back to this one; the buyer gave up.
                break
        talk.say(reply_at, "客服", answer)
        at = reply_at + timedelta(seconds=dice.between(15, 70))
        if at.date() > start.date() or at > CUT:
            break
    return talk, slow


def _rounds(topic: str, dice: Dice) -> Iterable[Round]:
    rounds = COMMON + TOPICS[topic]
    count = dice.between(1, 2)
    first = dice.between(0, len(rounds) - 1)
    for index in range(count):
        asked, answer = rounds[(first + index * 5) % len(rounds)]
        yield asked, answer.format(carrier=dice.pick(CARRIERS)[0])
    if dice.between(1, 100) <= 55:
        yield (dice.pick(THANKS),), dice.pick(GOODBYES)


def _night_talk(spec: Spec, dice: Dice, day: date, serial: int) -> Talk:
    """Before 08:00 only the robot is awake; these messages are outside the assessed hours."""
    start = datetime.combine(day, time(dice.between(0, 6), dice.between(0, 59), 17))
    talk = Talk(_session(spec, start, serial), _buyer(dice), "", [])
    talk.say(start, "买家", dice.pick(("有人吗", "还没发货吗", "想退货")))
    talk.say(start + timedelta(seconds=1), "机器人", GREETING)
    talk.say(start + timedelta(seconds=2), "机器人", NIGHT_REPLY)
    talk.say(start + timedelta(minutes=10), "系统", "买家超时未回复,会话关闭", "系统消息")
    return talk


def _session(spec: Spec, start: datetime, serial: int) -> str:
    return f"HH{start:%y%m%d}{spec.number}{serial:04d}"


def _known_buyer(dice: Dice, buyers: dict[date, list[str]], day: date) -> str:
    known = buyers.get(day - timedelta(days=1), [])
    return dice.pick(known) if known and dice.between(1, 100) <= 70 else ""


def _buyer(dice: Dice) -> str:
    return f"KS{dice.between(2, 9)}{dice.digits(8)}"


def _write(shop: Shop, talks: list[Talk]) -> None:
    lines = sorted(
        ((at, talk.session, i, talk) for talk in talks for i, (at, *_) in enumerate(talk.rows)),
        key=lambda line: line[:3],
    )
    for serial, (at, session, index, talk) in enumerate(lines, start=1):
        _, account, sender, kind, text = talk.rows[index]
        shop.chats.append(
            {
                "会话ID": session,
                "消息ID": f"{at:%y%m%d}{shop.spec.number}{serial:06d}",
                "买家ID": talk.buyer,
                "客服账号": account,
                "发送方": sender,
                "发送时间": stamp(at),
                "消息类型": kind,
                "消息内容": text,
            }
        )


def _rate(shop: Shop, talks: list[Talk], dice: Dice) -> None:
    quota, low = Quota(), 0
    for talk in talks:
        if not talk.agent or not quota.hit("rated", shop.spec.rated_percent):
            continue
        at = talk.rows[-1][0] + timedelta(seconds=dice.between(40, 900))
        if at > CUT:
            continue
        grade = "满意"
        if not quota.hit("happy", shop.spec.happy_percent):
            low += 1
            grade = "一般" if low % 3 else "失望"
        shop.ratings.append(
            {"会话ID": talk.session, "客服账号": talk.agent, "评价": grade, "评价时间": stamp(at)}
        )
