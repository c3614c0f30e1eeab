"""No count by cell is about fewer than five people, whichever files are compared; everything is counted once."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from participation.bins import CITY, MINIMUM, Bin, Sent, bins, gathered

START = datetime(2026, 7, 1, tzinfo=UTC)
# Four cells of resolution 9 in two of resolution 8, and no point at all.
SPOTS = ((49.6300, 8.3600), (49.6322, 8.3600), (49.6500, 8.3600), (49.6522, 8.3600), (None, None))
KINDS = ("heat_island", "idea")


def sent(spot: int, person: object, *, kind: str = "heat_island", day: int = 0) -> Sent:
    lat, lon = SPOTS[spot]
    return Sent(kind, person, lat, lon, "north" if spot > 1 else None, START + timedelta(days=day))


def crowd(spot: int, people: range) -> list[Sent]:
    return [sent(spot, person) for person in people]


def levels(found: list[Bin]) -> list[tuple[str, int, int]]:
    return [(one.level, one.submissions, one.contributors) for one in found]


def test_five_people_in_a_cell_have_a_row() -> None:
    [found] = bins(crowd(0, range(5)))
    assert (found.kind, found.level, found.submissions, found.contributors) == ("heat_island", "h3_9", 5, 5)
    assert found.centre
    assert abs(found.centre[0] - 49.63) < 0.01


def test_four_have_none_and_one_of_them_five_times_is_one() -> None:
    assert bins(crowd(0, range(4))) == []
    assert bins([*crowd(0, range(4)), *crowd(0, range(4)), sent(0, 0)]) == []
    # Of those nobody knows they may all be one.
    assert bins([sent(0, None) for _ in range(50)]) == []


def test_the_rest_counts_for_the_city_together_with_as_many_as_make_five() -> None:
    assert levels(bins([*crowd(0, range(5)), *crowd(2, range(5, 11))])) == [("h3_9", 5, 5), (CITY, 6, 6)]
    assert levels(bins([*crowd(0, range(5)), *crowd(4, range(5, 10))])) == [("h3_9", 5, 5), (CITY, 5, 5)]


def test_after_its_end_a_campaign_is_merged_upward() -> None:
    points = [*crowd(0, range(3)), *crowd(1, range(3, 6)), *crowd(2, range(6, 9)), *crowd(3, range(9, 11))]
    assert levels(bins(points)) == [(CITY, 11, 11)]
    ended = bins(points, ends_at=START + timedelta(days=9))
    assert sum(one.submissions for one in ended) == 11
    assert {one.level for one in ended} <= {"h3_8", "district", CITY}
    assert {one.level for one in ended} != {CITY}


def test_a_crowd_of_hundreds_is_counted_where_it_is() -> None:
    points = [sent(number % 4, number) for number in range(400)]
    assert [one.level for one in bins(points)] == ["h3_9"] * 4


EVENTS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([*range(12), None]), st.sampled_from(KINDS), st.integers(0, 2)),
    max_size=60,
)


@given(EVENTS)
def test_each_file_counts_everything_once_and_nothing_of_fewer_than_five(
    events: list[tuple[int, object, str, int]],
) -> None:
    points = [sent(spot, person, kind=kind) for spot, person, kind, _ in events]
    for ends_at in (None, START, START + timedelta(days=9)):
        found = bins(points, ends_at=ends_at)
        assert all(one.contributors >= MINIMUM for one in found)
        for kind in KINDS:
            mine = [point for point in points if point.kind == kind]
            counted = sum(one.submissions for one in found if one.kind == kind)
            assert counted in (0, len(mine))
            assert counted or len({point.contributor for point in mine}) < MINIMUM
        assert len({(one.kind, one.level, one.region) for one in found}) == len(found)


@given(EVENTS)
def test_who_compares_all_files_of_all_days_learns_of_no_group_smaller_than_five(
    events: list[tuple[int, object, str, int]],
) -> None:
    """The strongest reader: has the file of every moment, each kind and campaign, and knows how they are made.

    What they can compute are sums and differences of published sets. Entries that lie in the same published sets cannot
    be told apart; so every class of entries that lie in at least one row finer than the city has to have five people.
    Each person sends at most one entry per spot and kind here, so that an entry is known by who sent it and where.
    """
    points, seen = [], set()
    for number, (spot, person, kind, campaign) in enumerate(events):
        who = (spot, person if person is not None else f"nobody-{number}", kind, campaign)
        if who not in seen:
            seen.add(who)
            points.append((campaign, sent(spot, who[1], kind=kind, day=len(points))))
    sets: dict[tuple[object, ...], set[object]] = defaultdict(set)
    for moment in range(len(points) + 1):
        for campaign in range(3):
            mine = [point for of, point in points[:moment] if of == campaign]
            ends_at = START + timedelta(days=30) if moment > 30 else None
            for kind, formed in gathered(mine, ends_at=ends_at).items():
                for group in formed.rest()[0]:
                    row = (moment, campaign, kind, group.level, group.region)
                    sets[row] |= {(campaign, kind, one) for one in group.sent}
    lies_in: dict[object, list[object]] = defaultdict(list)
    for row, members in sets.items():
        for member in members:
            lies_in[member].append(row)
    classes: dict[tuple[object, ...], set[object]] = defaultdict(set)
    for (campaign, kind, one), rows in lies_in.items():  # type: ignore[misc]
        classes[tuple(rows)].add((campaign, kind, one.contributor))
    assert all(len(people) >= MINIMUM for people in classes.values())


@given(EVENTS, st.integers(0, 60))
def test_what_was_published_stays_as_it_was_while_more_comes(
    events: list[tuple[int, object, str, int]], first: int
) -> None:
    points = [sent(spot, person, kind=kind, day=day) for day, (spot, person, kind, _) in enumerate(events)]
    before, after = gathered(points[:first]), gathered(points)
    for kind, formed in before.items():
        assert after[kind].groups[: len(formed.groups)] == formed.groups
