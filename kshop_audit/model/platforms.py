"""What the platforms are called: the names that people use for them, and for their packs."""

from __future__ import annotations

from kshop_audit.model.metadata import Text

_NAMES = {
    "kuaishou": ("快手", "Kuaishou", "快手小店", "ks"),
    "douyin": ("抖音", "Douyin", "抖店", "dy"),
    "jd": ("京东", "JD"),
    "pinduoduo": ("拼多多", "Pinduoduo", "pdd"),
    "taobao": ("淘宝", "Taobao", "天猫", "淘宝/天猫", "tmall"),
    "wechat": ("微信小店", "WeChat", "视频号小店"),
    "1688": ("1688", "1688"),
}
PLATFORM_NAMES = {platform: Text(zh=own[0], en=own[1]) for platform, own in _NAMES.items()}


def platform_of(name: str) -> str | None:
    """The platform with this name, in any case and with or without blanks; None for another."""
    wanted = "".join(name.split()).casefold()
    return next(
        (
            platform
            for platform, names in _NAMES.items()
            if wanted in {one.casefold() for one in names}
        ),
        None,
    )


def pack_name(pack: str) -> Text:
    """A pack by the name of its platform; a pack of somebody's own by its id."""
    platform, dash, rest = pack.partition("-")
    own = PLATFORM_NAMES.get(platform)
    if own is None:
        return Text(zh=pack, en=pack)
    return Text(zh=f"{own.zh}{dash}{rest}", en=f"{own.en}{dash}{rest}")
