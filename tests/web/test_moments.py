"""Times as programs write them are read exactly, and refused when nobody could know what is meant."""

from datetime import UTC, datetime

import pytest

from participation.web.plumbing import moments


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-07-01T12:00:00Z", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("2026-07-01t14:00:00.5+02:00", datetime(2026, 7, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-07-01T14:00:00 02:00", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("2026-07-01T12:00:00.123456789Z", datetime(2026, 7, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=UTC)),
    ],
)
def test_a_moment(text: str, read: datetime) -> None:
    assert moments.read(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026", "2026-07", "2026-7-1", "20260701", "2026-02-30", "2026-07-01T25:00:00Z", "2026-07-01T12:00Z",
        "2026-07-01T12:00:00", "1899-12-31", "9000-01-01", "٢٠٢٦-07-01", "2026-07-01T12:00:00+99:00",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        moments.read(text)


def test_spans() -> None:
    first, last = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, 23, 59, 59, 999_999, tzinfo=UTC)
    assert moments.span("2026-07-01/2026-07-02") == (first, last)
    assert moments.span("2026-07-01/..") == moments.span("2026-07-01/") == (first, None)
    assert moments.span("../2026-07-02") == (None, last)
    assert moments.span("/") == (None, None)
    for wrong in ("2026-07-02/2026-07-01", "a/b", "2026-07-01/2026-07-02/2026-07-03"):
        with pytest.raises(ValueError):
            moments.span(wrong)
