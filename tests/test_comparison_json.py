"""The JSON of a comparison: the same snapshot gives the same bytes, and reading them gives the snapshot again."""

import pytest

from participation.comparison_figures import Comparison, Interval, Question, Row, Share, Side
from participation.comparison_json import from_json, to_json
from participation.comparison_result import SCHEMA, Method, Snapshot

SHARES = (Share(120, 200, 90, 0.6, Interval(0.5309, 0.6654)), Share(5, 8, 5, None, None))
ROW = Row("square", SHARES, None, "differs", 0.001, 0.02, 0.009, "fisher", 0.2, Interval(0.05, 0.33), 0.17, "small", ())
QUESTION = Question("heat_island", "place_type", "single", (), None, (ROW,), None)
SIDES = (Side("metz", "summer-2021", 400, 180, 0), Side("worms", "summer-2021", 128, 39, 2))
PAIR = Comparison(SIDES, "2021-06-21", "2021-09-30", 1, None, (QUESTION,), ())
METHOD = Method("0" * 64, 1, 9999, 1999, 0.05, 0.01, 0.1, {"scipy": "1.17.1"})
SNAPSHOT = Snapshot(
    SCHEMA, "worms-metz", "summer-2021", "heat-1", ("metz", "worms"), METHOD, (), (PAIR,), None, (), (), (), ()
)


def test_what_was_written_is_read_again() -> None:
    assert from_json(to_json(SNAPSHOT)) == SNAPSHOT
    assert to_json(from_json(to_json(SNAPSHOT))) == to_json(SNAPSHOT)


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b'{"schema": 0}', to_json(SNAPSHOT).replace(b'"pairs"', b'"twins"'), b"{"]
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        from_json(content)


def test_a_pair_is_found_whichever_city_is_named_first() -> None:
    assert SNAPSHOT.pair("worms", "metz") is PAIR
    assert SNAPSHOT.pair("metz", "worms") is PAIR
    for one, other in (("metz", "metz"), ("metz", "koeln")):
        with pytest.raises(KeyError):
            SNAPSHOT.pair(one, other)
