"""The list of a city's published submissions: sorted, paged, with what each card shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session, joinedload

from participation.geo import Point, distance_m
from participation.models.cities import City, District
from participation.models.places import Support
from participation.models.submissions import Submission
from participation.services.filters import Filter
from participation.services.paging import turn

PAGE = 20
# The first one is how the list comes without a wish.
SORTS = ("newest", "oldest", "support", "distance")


@dataclass(frozen=True)
class Entry:
    """A submission on the list, how many support its place, and how far in metres it is from where one measures."""

    submission: Submission
    supports: int
    metres: float | None


@dataclass(frozen=True)
class Order:
    """How to sort: one of SORTS, and the point from which distances are measured."""

    sort: str = SORTS[0]
    origin: Point | None = None


NEWEST = Order()


@dataclass(frozen=True)
class Listing:
    """One page of the list, which page of how many it is, and how many submissions there are in all."""

    entries: Sequence[Entry]
    total: int
    page: int
    pages: int


def listing(
    session: Session,
    *,
    city: City,
    chosen: Filter,
    order: Order = NEWEST,
    page: int = 1,
) -> Listing:
    """One page of the published submissions; the last one where there are fewer.

    Newest and oldest go by when it was sent, the date that is shown. By distance without an origin is by newest; who
    has no point comes last.
    """
    total = session.scalar(chosen.apply(select(func.count()).select_from(Submission), city)) or 0
    supports = _supports(city)
    n = func.coalesce(supports.c.n, 0)
    query = (
        chosen.apply(select(Submission, n), city)
        .outerjoin(supports, supports.c.place_id == Submission.place_id)
        .options(*_shown())
        .order_by(*_order(order, n))
    )
    on_page, pages = turn(query, total=total, page=page, size=PAGE)
    entries = [Entry(submission, k, _metres(submission, order.origin)) for submission, k in session.execute(on_page)]
    return Listing(entries, total, max(1, min(page, pages)), pages)


def _supports(city: City) -> Subquery:
    """How often each place is supported."""
    here = select(Submission.place_id).where(Submission.city_id == city.id, Submission.status == "published")
    query = select(Support.place_id, func.count().label("n")).where(Support.place_id.in_(here))
    return query.group_by(Support.place_id).subquery()


def _shown() -> list[Any]:
    """What a card shows beside the submission itself, in the same statement."""
    # A district's boundary may be as large as all the rest of the page.
    district = joinedload(Submission.district).load_only(District.name, District.code)
    return [
        joinedload(Submission.campaign),
        joinedload(Submission.place),
        district,
        joinedload(Submission.photo),
    ]


def _order(order: Order, supports: ColumnElement[int]) -> list[Any]:
    newest = [Submission.created_at.desc(), Submission.id.desc()]
    if order.sort == "oldest":
        return [Submission.created_at, Submission.id]
    if order.sort == "support":
        return [supports.desc(), *newest]
    if order.sort == "distance" and order.origin:
        return [Submission.public_lat.is_(None), _away(order.origin), Submission.id]
    return newest


def _away(origin: Point) -> ColumnElement[float | None]:
    """Grows with the distance; for a city a flat map will do."""
    narrow = math.cos(math.radians(origin.lat))
    north = Submission.public_lat - origin.lat
    east = (Submission.public_lon - origin.lon) * narrow
    return north * north + east * east


def _metres(submission: Submission, origin: Point | None) -> float | None:
    point = submission.public_point
    return distance_m(origin, point) if origin and point else None
