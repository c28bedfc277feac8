"""Products, regions, carriers and people of the example shops. Everything here is invented."""

from dataclasses import dataclass

from sample_data.dice import Dice


@dataclass(frozen=True)
class Product:
    product_id: str
    name: str
    specs: tuple[str, ...]
    price_fen: int
    sku_code: str


@dataclass(frozen=True)
class Region:
    province: str
    city: str
    district: str
    street: str


FOOD = (
    Product("23811457702011", "云南高山红糖姜茶 独立小袋", ("120g*1罐", "120g*2罐"), 2990, "HT120"),
    Product("23811457702028", "现烤每日坚果礼盒 30包", ("30包/盒", "60包/两盒"), 7990, "JG30"),
    Product("23811457702035", "宁夏中宁枸杞 免洗大粒", ("250g", "500g"), 4580, "GQ250"),
    Product("23811457702042", "手工桂花糯米藕 真空装", ("400g*2", "400g*4"), 3680, "NMO400"),
    Product("23811457702059", "山西老陈醋 粮食酿造", ("500ml*2", "2.3L*1"), 2490, "CC500"),
    Product("23811457702066", "内蒙古风干牛肉干 原味", ("250g", "500g"), 8890, "NRG250"),
)
APPAREL = (
    Product("24100863315017", "秋季新款宽松针织开衫女", ("杏色;均码", "焦糖;均码"), 8900, "ZZ2601"),
    Product(
        "24100863315024", "高腰直筒牛仔裤 显瘦百搭", ("深蓝;M", "深蓝;L", "浅蓝;M"), 9900, "NZ2602"
    ),
    Product("24100863315031", "加厚连帽卫衣 情侣款", ("灰色;L", "黑色;XL"), 7900, "WY2603"),
    Product("24100863315048", "通勤西装外套 小个子", ("咖色;S", "黑色;M"), 15900, "XZ2604"),
    Product(
        "24100863315055", "法式碎花连衣裙 长袖", ("绿色;S", "绿色;M", "米色;M"), 12900, "LY2605"
    ),
    Product("24100863315062", "短款羽绒服 轻薄保暖", ("白色;M", "黑色;L"), 23900, "YR2606"),
)
HOME = (
    Product("24500617720014", "全棉四件套 简约格纹", ("1.5m床", "1.8m床"), 16900, "JF01"),
    Product("24500617720021", "加厚珊瑚绒毛毯", ("150*200cm", "200*230cm"), 6900, "JF02"),
    Product("24500617720038", "记忆棉护颈枕", ("单只装", "一对装"), 8900, "JF03"),
    Product("24500617720045", "抗菌毛巾 三条装", ("素色", "条纹"), 2990, "JF04"),
)
REGIONS = (
    Region("浙江省", "杭州市", "余杭区", "良渚街道"),
    Region("江苏省", "苏州市", "吴中区", "木渎镇"),
    Region("山东省", "临沂市", "兰山区", "柳青街道"),
    Region("河南省", "郑州市", "金水区", "文化路街道"),
    Region("河北省", "保定市", "竞秀区", "先锋街道"),
    Region("辽宁省", "沈阳市", "铁西区", "工人村街道"),
    Region("四川省", "成都市", "双流区", "东升街道"),
    Region("广东省", "东莞市", "南城区", "鸿福社区"),
    Region("黑龙江省", "哈尔滨市", "道里区", "新华街道"),
    Region("陕西省", "西安市", "雁塔区", "电子城街道"),
    Region("湖南省", "长沙市", "岳麓区", "望城坡街道"),
    Region("安徽省", "合肥市", "蜀山区", "笔架山街道"),
)
SURNAMES = "张王李赵刘陈杨黄周吴徐孙马朱胡林郭何高罗"
NICKNAMES = ("爱笑的", "小城", "云朵", "老铁", "一米阳光", "向日葵", "晚风", "南方", "北北", "幸福")
BUYER_NOTES = ("", "", "", "", "", "麻烦尽快发货,谢谢", "送人的,包装好一点", "放门卫即可")
# name, fixed start of a waybill, digits after it
CARRIERS = (
    ("中通快递", "78", 12),
    ("圆通速递", "YT", 13),
    ("韵达快递", "43", 13),
    ("极兔速递", "JT", 13),
)


def money(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def waybill(dice: Dice, taken: set[str]) -> tuple[str, str]:
    """Carrier and a waybill number that no other order of any shop has (rules K2 and K4)."""
    carrier, start, count = dice.pick(CARRIERS)
    number = start + dice.digits(count)
    while number in taken:
        number = start + dice.digits(count)
    taken.add(number)
    return carrier, number
