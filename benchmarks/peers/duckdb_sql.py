"""The figures by hand-written SQL.

python benchmarks/peers/duckdb_sql.py FOLDER
"""

import json
import sys
from pathlib import Path

import duckdb

TABLES = """
CREATE TEMP TABLE orders AS
SELECT 订单号 AS order_id,
       订单创建时间::TIMESTAMP AS created,
       订单支付时间::TIMESTAMP AS paid,
       发货时间::TIMESTAMP AS shipped,
       预售定金支付时间 IS NOT NULL AS presale,
       订单状态 = '交易关闭' OR coalesce(售后状态 = '退款成功', FALSE) AS over
FROM read_csv('{folder}/订单导出*.csv', header = TRUE, all_varchar = TRUE);

CREATE TEMP TABLE shipments AS
SELECT 订单编号 AS order_id,
       发货时间::TIMESTAMP AS shipped,
       揽收时间::TIMESTAMP AS picked,
       签收时间::TIMESTAMP AS signed
FROM read_csv('{folder}/物流导出*.csv', header = TRUE, all_varchar = TRUE);

CREATE TEMP TABLE tickets AS
SELECT 售后单号 AS ticket_id,
       订单编号 AS order_id,
       售后类型 AS type,
       售后状态 AS status,
       售后原因 AS reason,
       客服仲裁 IS NOT NULL AS intervened,
       售后申请时间::TIMESTAMP AS applied,
       售后完结时间::TIMESTAMP AS finished
FROM read_csv('{folder}/售后单导出*.csv', header = TRUE, all_varchar = TRUE);

CREATE TEMP TABLE chats AS
SELECT 会话ID AS session,
       发送方 AS role,
       发送时间::TIMESTAMP AS sent,
       消息类型 AS kind,
       CASE WHEN 发送方 IN ('客服', '机器人') THEN 消息内容 END AS said
FROM read_csv('{folder}/聊天记录*.csv', header = TRUE, all_varchar = TRUE);

CREATE TEMP TABLE clock AS
WITH newest AS (
    SELECT max(greatest(created, paid, shipped)) AS latest FROM orders
    UNION ALL SELECT max(greatest(shipped, picked, signed)) FROM shipments
    UNION ALL SELECT max(greatest(applied, finished)) FROM tickets
    UNION ALL SELECT max(sent) FROM chats
)
SELECT max(latest) AS now,
       date_trunc('day', max(latest) - INTERVAL 1 SECOND) - INTERVAL 29 DAY AS month,
       date_trunc('day', max(latest) - INTERVAL 1 SECOND) - INTERVAL 59 DAY AS two_months
FROM newest;
"""

FIGURES = {
    "reply-rate": """
        WITH spoken AS (
            SELECT session, sent, role <> '买家' AS reply
            FROM chats
            WHERE kind NOT IN ('商品卡片', '系统')
              AND (role IN ('客服', '机器人') OR role = '买家' AND hour(sent) >= 8)
        ), placed AS (
            SELECT session, sent, reply,
                   count(*) FILTER (reply) OVER along AS replies,
                   min(sent) FILTER (reply) OVER ahead AS answer
            FROM spoken
            WINDOW along AS (PARTITION BY session ORDER BY sent, reply ROWS UNBOUNDED PRECEDING),
                   ahead AS (PARTITION BY session ORDER BY sent, reply
                             ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
        ), bursts AS (
            SELECT count(*) AS messages,
                   min(sent) + INTERVAL 300 SECOND AS due,
                   any_value(answer) AS answer
            FROM placed, clock
            WHERE NOT reply AND sent >= month
            GROUP BY session, replies, date_trunc('day', sent)
        )
        SELECT sum(messages) FILTER (answer <= due), sum(messages)
        FROM bursts, clock
        WHERE answer IS NOT NULL OR due < now""",
    "banned-words": r"""
        SELECT count(*) FILTER (
                   regexp_matches(said, '高仿|精仿|非正品|复印版|扫描版')
                   AND regexp_matches(
                       regexp_replace(
                           said, '[不没无].{0,3}?(高仿|精仿|非正品|复印版|扫描版)', '', 'g'),
                       '高仿|精仿|非正品|复印版|扫描版')),
               count(*)
        FROM chats, clock
        WHERE role IN ('客服', '机器人') AND sent >= month""",
    "ship-48h": """
        SELECT count(*) FILTER (shipped <= paid + INTERVAL 48 HOUR), count(*)
        FROM orders, clock
        WHERE paid >= month AND NOT presale
          AND CASE WHEN shipped IS NULL THEN NOT over AND paid + INTERVAL 48 HOUR < now
                   ELSE TRUE END""",
    "pickup-24h": """
        WITH first_ticket AS (
            SELECT order_id, min(applied) AS applied FROM tickets GROUP BY order_id
        ), parcels AS (
            SELECT order_id, min(shipped) AS shipped, min(picked) AS picked
            FROM shipments GROUP BY order_id
        )
        SELECT count(*) FILTER (picked <= shipped + INTERVAL 24 HOUR), count(*)
        FROM parcels LEFT JOIN first_ticket USING (order_id), clock
        WHERE shipped >= month
          AND CASE WHEN picked IS NULL THEN shipped + INTERVAL 24 HOUR < now
                        AND (applied IS NULL OR applied > shipped + INTERVAL 24 HOUR)
                   ELSE applied IS NULL OR applied >= picked END""",
    "refund-only-hours": """
        SELECT sum(epoch(finished)::BIGINT - epoch(applied)::BIGINT), count(*)
        FROM tickets, clock
        WHERE type = '仅退款' AND status IN ('售后成功', '售后关闭')
          AND NOT intervened AND finished >= month""",
    "quality-refund-rate": """
        WITH first_ticket AS (
            SELECT min(applied) AS applied, arg_min(reason, (applied, ticket_id)) AS reason
            FROM tickets GROUP BY order_id
        )
        SELECT (SELECT count(*) FROM first_ticket, clock
                WHERE applied >= two_months
                  AND reason IN ('质量问题', '商品破损', '与描述不一致')),
               (SELECT count(*) FROM orders, clock WHERE paid >= two_months)""",
}


def figures(folder: Path) -> dict[str, list[int]]:
    """Rule → numerator and denominator of the exports in a folder."""
    with duckdb.connect() as shop:
        shop.execute(TABLES.format(folder=folder))
        return {
            rule: [int(number or 0) for number in shop.execute(query).fetchone()]
            for rule, query in FIGURES.items()
        }


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))
