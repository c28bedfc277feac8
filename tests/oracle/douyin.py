"""Douyin in plain Python: of each day, the messages that a person answered within three minutes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from .basis import Case, Row, text, time
from .service import conversation, is_reply, place

LIMIT = timedelta(seconds=180)
WINDOW = 30
FIRST_HOUR, LAST_HOUR = 8, 23

Day = dict[str, int]


def days(case: Case) -> dict[date, Day]:
    """Day → answered, late and unknown messages; days that are not over are left out."""
    talks: dict[tuple[str, str], list[Row]] = {}
    for position, row in enumerate(case.rows("chats")):
        if time(row, "sent_at") is not None:
            talks.setdefault(conversation(row, position), []).append(row)
    found: dict[date, Day] = {}
    for rows in talks.values():
        talk = sorted(rows, key=place)
        for index, row in enumerate(talk):
            asked = time(row, "sent_at")
            if asked is None or text(row, "sender_role") != "buyer" or not counted(case, row):
                continue
            state = fate(case, row, talk[index + 1 :])
            over = asked.replace(hour=0, minute=0, second=0) + timedelta(days=1) <= case.as_of
            if state and over:
                day = found.setdefault(asked.date(), {"answered": 0, "late": 0, "unknown": 0})
                day[state] += 1
    return found


def counted(case: Case, row: Row) -> bool:
    moment = time(row, "sent_at")
    assert moment is not None
    return (
        case.outside(moment, WINDOW) is None
        and FIRST_HOUR <= moment.hour < LAST_HOUR
        and text(row, "message_type") in ("", "text", "image")
        and not case.is_exempt(moment)
    )


def fate(case: Case, question: Row, later: list[Row]) -> str:
    """Of one message: answered, late, unknown, or nothing where no person is asked yet."""
    asked = time(question, "sent_at")
    assert asked is not None
    replies = [row for row in later if is_reply(row) and heard(case, row)]
    people = [row for row in replies if text(row, "sender_role") == "agent"]
    person = people[0] if people else None
    at = None if person is None else time(person, "sent_at")
    robot_first = bool(replies) and text(replies[0], "sender_role") == "robot"
    served = time(question, "served_at")
    if served is None and person is not None:
        served = time(person, "served_at")
    if robot_first and not any(same_day(moment, asked) for moment in (served, at)):
        return ""
    clock = asked if served is None else max(asked, served)
    if at is None:
        return "" if clock + LIMIT >= case.as_of else "late"
    if at - clock <= LIMIT:
        return "answered"
    return "unknown" if robot_first and served is None else "late"


def heard(case: Case, row: Row) -> bool:
    moment = time(row, "sent_at")
    assert moment is not None
    return case.outside(moment, WINDOW) is None


def same_day(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment.date() == other.date()
