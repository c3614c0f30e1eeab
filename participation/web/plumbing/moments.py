"""Times as programs write them (RFC 3339), and spans of them."""

import re
from datetime import UTC, datetime, timedelta

WRITTEN = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?"
)
Span = tuple[datetime | None, datetime | None]
SMALLEST = timedelta(microseconds=1)


def read(text: str, *, end: bool = False) -> datetime:
    """A moment; a day alone is its first moment in UTC, or at the `end` of a span its last. ValueError otherwise."""
    # A plus sign in a query that nobody has quoted arrives as a blank.
    text = re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", text.strip())
    match = WRITTEN.fullmatch(text)
    if not match or not "1900" <= text[:4] < "9000":
        raise ValueError("not a moment")
    if match["day"] == text:
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return day + timedelta(days=1) - SMALLEST if end else day
    upper = text.upper().replace(",", ".")
    # Python reads six decimals at most.
    return datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", upper)).astimezone(UTC)


def span(text: str) -> Span:
    """First and last moment of a moment, a day or an interval, which may be open (`..` or nothing) on one side."""
    if "/" not in text:
        return read(text), read(text, end=True)
    first, last = text.split("/")
    if {first, last} <= {"", ".."}:
        return None, None
    start = None if first in ("", "..") else read(first)
    stop = None if last in ("", "..") else read(last, end=True)
    if start and stop and start > stop:
        raise ValueError("ends before it begins")
    return start, stop
