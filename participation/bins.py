"""Counts by map cell that never show fewer than five people, whichever files are laid side by side; pure.

What lies together is counted together only in *groups* of at least `minimum` contributors, and a group once formed
stays as it is: entries that come later begin the next one. So a row of a cell is a sum of whole groups, and so is the
difference between two rows, two days, two kinds or two campaigns: none of them is about fewer people than a group has.

While a campaign runs, five people in a cell of resolution 9 (some 200 m) make a group, or twenty in one of resolution 8
(some 500 m): a coarse group that came too early would take its entries from finer ones for ever. From `ends_at` on,
five are enough there, and in a district. What is in no group counts for the city as a whole. If those are fewer than
five, the newest group counts with them until they are more; a kind with fewer than five people has no row at all.

What is not hidden is how many entries a city has: the map says that to everybody at every moment. Nor that one was
taken back: the groups are made anew from those that are left, and a row may lose or gain an entry that makes up for it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import h3

MINIMUM = 5
# From the finest to the coarsest; what is in no group is the city's.
LEVELS = ("h3_9", "h3_8", "district")
# How many times `minimum` it takes at each level while the campaign runs; a district waits for its end.
WHILE_RUNNING = (1, 4)
CITY = "city"


class Sent(NamedTuple):
    """One published entry; without a point it has no coordinates, without a contributor nobody knows who sent it."""

    kind: str
    contributor: Hashable
    lat: float | None
    lon: float | None
    district: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Bin:
    """How many entries of a kind a region has, and from how many contributors.

    `region` is the index of an H3 cell, the code of a district, or empty for the city. A coarse region counts only what
    no finer one counts. Somebody who sent something to two groups counts in both.
    """

    kind: str
    level: str
    region: str
    submissions: int
    contributors: int

    @property
    def centre(self) -> tuple[float, float] | None:
        """Latitude and longitude of the middle of a cell; districts and the city have outlines instead."""
        if not self.level.startswith("h3"):
            return None
        lat, lon = h3.cell_to_latlng(self.region)
        return float(lat), float(lon)


class Waiting(NamedTuple):
    """Where what waits for its group lies, and who sent it."""

    regions: tuple[str, ...]
    contributor: Hashable

    @property
    def places(self) -> list[tuple[int, str]]:
        """Level and region of each pool it waits in, the finest first."""
        return [(level, region) for level, region in enumerate(self.regions) if region]


@dataclass(frozen=True)
class Group:
    """At least `minimum` contributors in one region: what each of them sent, and how often."""

    level: str
    region: str
    sent: Counter[Waiting]

    @property
    def contributors(self) -> int:
        """How many they are."""
        return _people(self.sent)


@dataclass
class _Pool:
    """What waits in one region, and how much of it each contributor sent."""

    entries: set[Waiting] = field(default_factory=set)
    people: Counter[Hashable] = field(default_factory=Counter)

    def add(self, one: Waiting) -> None:
        self.entries.add(one)
        self.people[one.contributor] += 1

    def remove(self, one: Waiting) -> None:
        self.entries.remove(one)
        self.people[one.contributor] -= 1
        if not self.people[one.contributor]:
            del self.people[one.contributor]


@dataclass
class Gathered:
    """The entries of one kind as they come: groups that were formed, and by level and region what waits."""

    minimum: int
    groups: list[Group] = field(default_factory=list)
    waiting: Counter[Waiting] = field(default_factory=Counter)
    pools: dict[tuple[int, str], _Pool] = field(default_factory=dict)

    def take(self, one: Waiting, *, running: bool) -> None:
        """Let an entry wait, and form the finest group that it completes."""
        self.waiting[one] += 1
        if self.waiting[one] > 1:
            return
        for place in one.places:
            self.pools.setdefault(place, _Pool()).add(one)
        places = one.places[: len(WHILE_RUNNING)] if running else one.places
        any(self._form(place, running=running) for place in places)

    def end(self) -> None:
        """The campaign is over: form every group for which there are people enough, the finest first."""
        for place in sorted(self.pools):
            self._form(place, running=False)

    def rest(self) -> tuple[list[Group], Counter[Waiting]]:
        """The groups that count for their region, and what counts for the city."""
        groups, rest = list(self.groups), Counter(self.waiting)
        if rest and _people(rest) < self.minimum and groups:
            rest += groups.pop().sent
        return groups, rest

    def _form(self, place: tuple[int, str], *, running: bool) -> bool:
        (level, region), here = place, self.pools[place]
        if len(here.people) < self.minimum * (WHILE_RUNNING[level] if running else 1):
            return False
        sent = Counter({one: self.waiting.pop(one) for one in here.entries})
        self.groups.append(Group(LEVELS[level], region, sent))
        for one in sent:
            for its in one.places:
                self.pools[its].remove(one)
        return True


def bins(points: Iterable[Sent], *, minimum: int = MINIMUM, ends_at: datetime | None = None) -> list[Bin]:
    """The rows of one campaign, by kind, level and region.

    `points` come in the order in which they were published, and are read one by one. `ends_at` is the moment from which
    coarse groups need no more people than fine ones; None while it has not come, else each point says when it was.
    """
    found: list[Bin] = []
    for kind, formed in sorted(gathered(points, minimum=minimum, ends_at=ends_at).items()):
        groups, rest = formed.rest()
        found += _summed(kind, groups)
        if _people(rest) >= minimum:
            found.append(Bin(kind, CITY, "", rest.total(), _people(rest)))
    return found


def gathered(points: Iterable[Sent], *, minimum: int = MINIMUM, ends_at: datetime | None = None) -> dict[str, Gathered]:
    """The groups of each kind and what is in none, before anything is added up."""
    kinds: dict[str, Gathered] = {}
    running = True
    for point in points:
        if running and ends_at and point.at and point.at >= ends_at:
            running = _all_end(kinds)
        kinds.setdefault(point.kind, Gathered(minimum)).take(_waiting(point), running=running)
    if running and ends_at:
        _all_end(kinds)
    return kinds


def _all_end(kinds: dict[str, Gathered]) -> bool:
    for formed in kinds.values():
        formed.end()
    return False


def _waiting(point: Sent) -> Waiting:
    if point.lat is None or point.lon is None:
        return Waiting(("",) * len(LEVELS), point.contributor)
    fine = h3.latlng_to_cell(point.lat, point.lon, 9)
    return Waiting((fine, h3.cell_to_parent(fine, 8), point.district or ""), point.contributor)


def _people(sent: Iterable[Waiting]) -> int:
    """How many contributors there are; entries of which nobody knows who sent them may all be of one."""
    return len({one.contributor for one in sent})


def _summed(kind: str, groups: list[Group]) -> Iterator[Bin]:
    submissions: Counter[tuple[int, str]] = Counter()
    contributors: Counter[tuple[int, str]] = Counter()
    for group in groups:
        key = LEVELS.index(group.level), group.region
        submissions[key] += group.sent.total()
        contributors[key] += group.contributors
    for level, region in sorted(submissions):
        yield Bin(kind, LEVELS[level], region, submissions[level, region], contributors[level, region])
