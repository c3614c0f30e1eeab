"""How exactly numbers are kept: six decimals, so that the same data give the same digits everywhere; pure."""

from typing import TypeVar

Number = TypeVar("Number", float, float | None)


def rounded(value: Number) -> Number:
    """Six decimals, and no minus zero; None stays None."""
    return value if value is None else round(float(value), 6) + 0.0
