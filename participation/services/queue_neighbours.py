"""What lies close to an entry of the queue: published places, and other entries that wait."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from participation.geo import METRES_PER_DEGREE, Point, distance_m, snap_error_m
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services.places import NEAR_M, cell_ranges_around

MOST = 12


@dataclass(frozen=True)
class Neighbour:
    """A published place with its entries by kind, or one entry that waits; how many metres away it is."""

    point: Point
    metres: float
    kinds: Counter[str]
    name: str = ""
    place_id: UUID | None = None
    submission_id: UUID | None = None

    @property
    def kind(self) -> str:
        """The kind that most of its entries have."""
        return self.kinds.most_common(1)[0][0]


def of(session: Session, *, submission: Submission) -> list[Neighbour]:
    """What lies within NEAR_M metres, nearest first, at most MOST; nothing without a point."""
    point = submission.point
    if point is None:
        return []
    rows: Sequence[Row[Any]] = list(session.execute(*_close(submission, point)))
    near = [one for one in (*_places(rows, point), *_waiting(rows, point)) if one.metres <= NEAR_M]
    return sorted(near, key=lambda one: (one.metres, str(one.place_id or one.submission_id)))[:MOST]


def _close(submission: Submission, point: Point) -> tuple[Select[*tuple[Any, ...]], dict[str, Any]]:
    """The statement for what can be close at all, and its values."""
    ranges = cell_ranges_around(point)
    # The cells are whole tiles, which are crowded in the middle of a city; the index knows the public points.
    north = (NEAR_M + snap_error_m()) / METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(point.lat)), 0.01)
    values = {"itself": submission.id, "city_id": submission.city_id}
    values |= {"south": point.lat - north, "north": point.lat + north}
    values |= {"west": point.lon - east, "east": point.lon + east}
    for n, (first, last) in enumerate(ranges):
        values |= {f"first_{n}": first, f"last_{n}": last}
    return _statement(len(ranges)), values


@cache
def _statement(ranges: int) -> Select[*tuple[Any, ...]]:
    """Reads the ids from the index of the map alone, one unbroken part of it each time; made once, asked often."""
    ids = union_all(
        *(
            select(Submission.id).where(
                Submission.city_id == bindparam("city_id"),
                Submission.status == status,
                Submission.cell.between(bindparam(f"first_{n}"), bindparam(f"last_{n}")),
                Submission.public_lat.between(bindparam("south"), bindparam("north")),
                Submission.public_lon.between(bindparam("west"), bindparam("east")),
            )
            for status in ("pending", "published")
            for n in range(ranges)
        )
    )
    place = Place.id.label("place_id"), Place.name.label("its_name"), Place.lat.label("north"), Place.lon.label("east")
    columns = Submission.id, Submission.kind, Submission.status, Submission.lat, Submission.lon, Submission.place_name
    return (
        select(*columns, *place)
        .outerjoin(Place, Place.id == Submission.place_id)
        .where(Submission.id.in_(ids), Submission.id != bindparam("itself"))
    )


def _places(rows: Sequence[Row[Any]], point: Point) -> list[Neighbour]:
    found: dict[UUID, Neighbour] = {}
    for row in rows:
        if row.status == "published" and row.place_id:
            there = Point(row.north, row.east)
            new = Neighbour(there, distance_m(point, there), Counter(), row.its_name or "", place_id=row.place_id)
            found.setdefault(row.place_id, new).kinds[row.kind] += 1
    return list(found.values())


def _waiting(rows: Sequence[Row[Any]], point: Point) -> list[Neighbour]:
    """The nearest only: at a popular spot dozens may wait."""
    there = ((row, Point(row.lat, row.lon)) for row in rows if row.status == "pending")
    away = ((distance_m(point, at), str(row.id), at, row) for row, at in there)
    return [
        Neighbour(at, metres, Counter([row.kind]), row.place_name or "", submission_id=row.id)
        for metres, _, at, row in nsmallest(MOST, away, key=itemgetter(0, 1))
    ]
