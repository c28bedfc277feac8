"""Orders, their parcels and their after-sales tickets."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from benchmarks.dice import DAY, DAYS, WORDS, draw, export, moments, one_of, pick, stamp, yuan


def orders(total: int, tickets: int) -> Iterator[pl.DataFrame]:
    """What happened to the orders of each day, as numbers; later than the cut is still to come."""
    index = pl.col("index")
    every = max(total // max(tickets, 1), 1)
    paid = pl.when(draw(index, 31, 60) > 0).then(pl.col("second") + 15 + draw(index, 32, 240))
    hour = 3600
    delay = (
        pl.when(draw(index, 33, 100) < 2).then(48 * hour + draw(index, 34, 40 * hour))
        .otherwise(2 * hour + draw(index, 35, 32 * hour))
    )  # fmt: skip
    wait = (
        pl.when(draw(index, 36, 100) < 2).then(24 * hour + draw(index, 37, 20 * hour))
        .otherwise(hour + draw(index, 38, 10 * hour))
    )  # fmt: skip
    for day in range(DAYS):
        yield (
            moments(total, day)
            .with_columns(
                paid=paid,
                presale=draw(index, 39, 47) == 0,
                item=draw(index, 40, len(WORDS["products"])),
            )
            .with_columns(shipped=pl.col("paid") + delay + pl.col("presale") * 3 * DAY)
            .with_columns(picked=pl.col("shipped") + wait)
            .with_columns(signed=pl.col("picked") + 40 * hour + draw(index, 41, 56 * hour))
            .with_columns(
                known=(pl.col("shipped") < DAYS * DAY).fill_null(False),
                ticket=pl.col("paid").is_not_null()
                & (index % every == 0)
                & (index // every < tickets),
                fen=_price(pl.col("item")) * (1 + draw(index, 42, 4) // 3) - 300,
                carrier=draw(index, 43, len(WORDS["carriers"])),
                number=pl.format(
                    "2630{}{}", index.cast(pl.String).str.zfill(9), 100 + draw(index, 44, 900)
                ),
            )
            .with_columns(
                waybill=pl.format(
                    "{}{}",
                    _carrier(1),
                    7_000_000_000_000 + index * 37,
                )
            )
        )


def _price(item: pl.Expr) -> pl.Expr:
    prices = [product[4] for product in WORDS["products"]]
    return pl.lit(pl.Series(prices, dtype=pl.Int64)).gather(item)


def _item(column: int) -> pl.Expr:
    return pick([product[column] for product in WORDS["products"]], pl.col("item"))


def _carrier(column: int) -> pl.Expr:
    return pick([carrier[column] for carrier in WORDS["carriers"]], pl.col("carrier"))


def _where(column: int) -> pl.Expr:
    return one_of([region[column] for region in WORDS["regions"]], pl.col("index"), 51)


def _only(condition: pl.Expr, text: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(text).otherwise(pl.lit(""))


def _status() -> pl.Expr:
    over, signed = pl.col("second") < (DAYS - 1) * DAY, pl.col("signed")
    return (
        pl.when(pl.col("paid").is_null()).then(pl.when(over).then(pl.lit("交易关闭")).otherwise(pl.lit("待付款")))
        .when(~pl.col("known")).then(pl.lit("待发货"))
        .when(signed >= DAYS * DAY).then(pl.lit("已发货"))
        .when(signed < (DAYS - 7) * DAY).then(pl.lit("交易成功"))
        .otherwise(pl.lit("已收货"))
    )  # fmt: skip


def order_file(rows: pl.DataFrame) -> pl.DataFrame:
    """The order export, 64 columns."""
    index, known, fen = pl.col("index"), pl.col("known"), pl.col("fen")
    promoted = draw(index, 52, 100) < 35
    presale, paid = pl.col("presale"), pl.col("paid")
    cells = {
        "订单号": pl.col("number"),
        "订单创建时间": stamp(pl.col("second")),
        "订单支付时间": stamp(paid),
        "预售定金支付时间": _only(presale, stamp(paid)),
        "订单状态": _status(),
        "实付款": yuan(fen),
        "支付方式": _only(paid.is_not_null(), one_of(("微信", "支付宝", "微信"), index, 53)),
        "成交数量": (1 + draw(index, 42, 4) // 3).cast(pl.String),
        "买家留言": one_of(WORDS["notes"], index, 54),
        "售后状态": _only(pl.col("ticket"), pl.lit("退款成功")),
        "预售/承诺发货时间": stamp(paid + 48 * 3600 + presale * 6 * DAY, promised=True),
        "订单载体": one_of(("直播", "短视频", "商品卡"), index, 55),
        "商品名称": _item(1),
        "商品ID": _item(0),
        "商品规格": _item(2),
        "SKU编码": _item(3),
        "商品单价": yuan(_price(pl.col("item"))),
        "渠道": pl.when(promoted).then(pl.lit("分销")).otherwise(pl.lit("自营")),
        "CPS达人ID": pl.when(promoted).then(pl.lit("1630027745")).otherwise(pl.lit("0")),
        "CPS达人昵称": _only(promoted, pl.lit("乡野小美")),
        "预估推广佣金": yuan(promoted * fen * 15 // 100),
        "预估推广者分佣比例": pl.when(promoted).then(pl.lit("15.0%")).otherwise(pl.lit("0.0%")),
        "收货人姓名": one_of(("张**", "王**", "李**", "赵**"), index, 56),
        "收货人电话": pl.format("138****{}", 1000 + draw(index, 57, 9000)),
        "收货地址-省": _where(0),
        "收货地址-市": _where(1),
        "收货地址-区": _where(2),
        "收货地址-街道": _where(3),
        "收货地址": pl.format(
            "{}{}{}{}{}号****", _where(0), _where(1), _where(2), _where(3), 1 + draw(index, 58, 900)
        ),
        "发货时间": stamp(pl.col("shipped")),
        "快递公司": _only(known, _carrier(0)),
        "快递单号": _only(known, pl.col("waybill")),
        "物流信息": _only(known, pl.lit("已揽收，正发往下一站")),
    }
    return export("orders", rows, cells)


def shipment_file(rows: pl.DataFrame) -> pl.DataFrame:
    """The logistics file."""
    cells = {
        "订单编号": pl.col("number"),
        "快递单号": pl.col("waybill"),
        "快递公司": _carrier(0),
        "发货时间": stamp(pl.col("shipped")),
        "揽收时间": stamp(pl.col("picked")),
        "签收时间": stamp(pl.col("signed")),
    }
    return export("shipments", rows.filter("known"), cells)


def ticket_file(rows: pl.DataFrame) -> pl.DataFrame:
    """The after-sales export, 41 columns."""
    index, fen = pl.col("index"), pl.col("fen")
    back = draw(index, 61, 10) < 5
    applied = pl.when(back).then(pl.col("signed") + 3600).otherwise(pl.col("paid") + 3600) + draw(
        index, 62, 20 * 3600
    )
    limit = pl.when(back).then(pl.lit(48 * 3600)).otherwise(pl.lit(24 * 3600))
    finished = pl.col("applied") + 1800 + draw(index, 63, 30 * 3600) + back * DAY
    rows = (
        rows.filter("ticket").with_columns(applied=applied).filter(pl.col("applied") < DAYS * DAY)
    )
    rows = rows.with_columns(finished=finished, reason=draw(index, 64, 60)).with_columns(
        reason=pl.when(pl.col("reason") < 3)
        .then(4 + pl.col("reason"))
        .otherwise(pl.col("reason") % 4)
    )
    done = pl.col("finished") < DAYS * DAY
    cells = {
        "售后单号": pl.format("52610{}", index.cast(pl.String).str.zfill(11)),
        "订单编号": pl.col("number"),
        "订单状态": _status(),
        "订单创建时间": stamp(pl.col("second")),
        "实付款": yuan(fen),
        "商家实收金额": yuan(fen),
        "商品ID": _item(0),
        "商品名称": _item(1),
        "SKU编码": _item(3),
        "商品规格": _item(2),
        "买家ID": pl.format("KS{}", 200_000_000 + draw(index, 65, 700_000_000)),
        "买家昵称": one_of(("一***", "北***", "云***"), index, 66),
        "售后类型": pl.when(back).then(pl.lit("退货退款")).otherwise(pl.lit("仅退款")),
        "退款金额": yuan(fen),
        "售后状态": (
            pl.when(~done)
            .then(pl.lit("买家已经申请退款，等待卖家同意"))
            .when(draw(index, 67, 9) == 0)
            .then(pl.lit("售后关闭"))
            .otherwise(pl.lit("售后成功"))
        ),
        "售后原因": pick(WORDS["reasons"], pl.col("reason")),
        "申请描述": pick(WORDS["stated"], pl.col("reason")),
        "售后申请时间": stamp(pl.col("applied")),
        "售后完结时间": stamp(pl.col("finished")),
        "超时时间": stamp(pl.col("applied") + limit, promised=True),
        "退款方式": _only(done, pl.lit("原路退回")),
        "客服仲裁": _only(draw(index, 68, 400) == 0, pl.lit("客服已介入")),
        "发货快递单号(如为西北订单，仅展示一段物流信息)": _only(pl.col("known"), pl.col("waybill")),
        "发货快递公司(如为西北订单，仅展示一段物流信息)": _only(
            pl.col("known"), pl.lit("中通快递")
        ),
        "退货物流单号": _only(back & done, pl.format("JT{}", 8_000_000_000_000 + index)),
        "退货物流公司": _only(back & done, pl.lit("极兔速递")),
        "操作人": one_of(("主账号", "售后专员"), index, 69),
    }
    return export("tickets", rows, cells)
