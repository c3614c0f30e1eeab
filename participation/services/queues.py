"""What waits for a decision: how much in which city, and a page of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import NotFound
from participation.models.accounts import Account
from participation.models.cities import City, District
from participation.models.submissions import Submission
from participation.services.decisions import may_decide

PAGE = 25


@dataclass(frozen=True)
class Queue:
    """One page of a city's queue: the submissions, how many wait in all, and which page of how many this is."""

    submissions: Sequence[Submission]
    total: int
    page: int
    pages: int


def queue_lengths(session: Session, *, cities: Sequence[City]) -> list[tuple[City, int]]:
    """How many submissions wait for a decision in each of the cities."""
    query = (
        select(Submission.city_id, func.count())
        .where(Submission.city_id.in_([city.id for city in cities]), Submission.status == "pending")
        .group_by(Submission.city_id)
    )
    waiting = dict(session.execute(query).all())
    return [(city, waiting.get(city.id, 0)) for city in cities]


def queue(session: Session, *, account: Account, city: City, page: int = 1) -> Queue:
    """A page of what waits in a city, oldest first; the last one where there are fewer.

    For an account that may not decide there it is NotFound, so that nothing is given away.
    """
    if not may_decide(account, city):
        raise NotFound("city_unknown", slug=city.slug)
    [(_, total)] = queue_lengths(session, cities=[city])
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    query = (
        select(Submission)
        .where(Submission.city_id == city.id, Submission.status == "pending")
        # A district's boundary may be as large as all the rest of the page.
        .options(joinedload(Submission.campaign), joinedload(Submission.district).load_only(District.name))
        .options(joinedload(Submission.photo))
        .order_by(Submission.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return Queue(session.scalars(query).all(), total, page, pages)
