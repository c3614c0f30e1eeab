"""The places of a city for a download: what their published submissions say together, a batch of places at a time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services import supports
from participation.services.export_columns import reply_of
from participation.services.filters import Filter

BATCH = 500
SEPARATOR = "|"


def rows(session: Session, *, city: City, chosen: Filter) -> Iterator[dict[str, Any]]:
    """One row per place to which a submission of the filter belongs, oldest first; only those of the filter count."""
    last: UUID | None = None
    while batch := _places(session, city, chosen, after=last):
        yield from _described(session, city, chosen, batch)
        last = batch[-1].id


def of_ids(session: Session, *, city: City, chosen: Filter, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """The rows of these places of the city, oldest first, in a constant number of statements."""
    places = session.execute(_query(city).where(Place.id.in_(ids))).all() if ids else []
    return list(_described(session, city, chosen, places))


def _described(session: Session, city: City, chosen: Filter, places: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    ids = [place.id for place in places]
    sent = _sent(session, city, chosen, ids) if ids else {}
    supported = supports.numbers(session, place_ids=ids)
    for place in places:
        yield _row(place, sent[place.id], city) | {"supports": supported[place.id]}


def _places(session: Session, city: City, chosen: Filter, *, after: UUID | None) -> Sequence[Row[Any]]:
    mine = chosen.apply(select(Submission.id), city).where(Submission.place_id == Place.id)
    query = _query(city).where(exists(mine)).limit(BATCH)
    return session.execute(query.where(Place.id > after) if after else query).all()


def _query(city: City) -> Select[Any]:
    reply, lang = reply_of(Place.id, city).label("reply"), reply_of(Place.id, city, "lang").label("reply_lang")
    query = select(Place.id, Place.name, Place.lat, Place.lon, reply, lang)
    return query.where(Place.city_id == city.id).order_by(Place.id)


def _sent(session: Session, city: City, chosen: Filter, ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    columns = [getattr(Submission, name) for name in ("place_id", "kind", "reasons", "contributor_id", "created_at")]
    found: dict[UUID, list[Row[Any]]] = {place_id: [] for place_id in ids}
    for row in session.execute(chosen.apply(select(*columns), city).where(Submission.place_id.in_(ids))):
        found[row.place_id].append(row)
    return found


def _row(place: Row[Any], sent: Sequence[Row[Any]], city: City) -> dict[str, Any]:
    kinds = Counter(row.kind for row in sent)
    # The most frequent first; those that are equal in the order of the alphabet.
    reasons = sorted(
        Counter(code for row in sent for code in row.reasons).items(), key=lambda pair: (-pair[1], pair[0])
    )
    return {
        **place._asdict(),
        "id": str(place.id),
        "city": city.slug,
        "submissions": len(sent),
        **{kind: kinds[kind] for kind in KINDS},
        "reasons": SEPARATOR.join(code for code, _ in reasons) or None,
        "reason_counts": SEPARATOR.join(str(number) for _, number in reasons) or None,
        # Of what came without a key nobody knows from whom it is.
        "contributors": len({row.contributor_id for row in sent} - {None}),
        "first_at": min(row.created_at for row in sent),
        "last_at": max(row.created_at for row in sent),
    }
