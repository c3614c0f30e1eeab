"""Rows that were checked become submissions in bulk, with places, support, replies and decisions where restored."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation.database import Base
from participation.errors import Conflict, Invalid
from participation.models.contributors import Contributor
from participation.models.imports import ImportOrigin
from participation.models.places import Place, Reply, Support
from participation.models.submissions import ANSWERS, Submission
from participation.models.translations import Translation
from participation.services import decision_record, import_translations, tiles
from participation.services.import_files import in_batches
from participation.services.import_plans import Target
from participation.services.import_rows import Public, Taken

BATCH = 2000
COUNTED_ONE_BY_ONE = 100
MOST_SUPPORTS = 500_000
# What a decision says that was made by reading a file.
IMPORT = "import"
# Every row of a bulk has the same columns.
COLUMNS = (
    *("id", "city_id", "campaign_id", "place_id", "district_id", "kind", "status", "source", "questionnaire_version"),
    *("version", "lat", "lon", "public_lat", "public_lon", "cell", "place_words", "checks", "text_lang"),
    *("near_home", "created_at", "published_at", *ANSWERS),
)

Row = dict[str, Any]


@dataclass
class _Found:
    """A place of the file that is restored: the entries that belong to it, and what they say about it."""

    id: UUID
    members: list[Taken] = field(default_factory=list)
    said: list[Public] = field(default_factory=list)


def store(
    session: Session, *, target: Target, taken: Sequence[Taken], places: Mapping[str, UUID], now: datetime
) -> None:
    """Store rows in the order of the file; `places` are those of the file that are here already.

    Raises Conflict where somebody else has stored the same rows since they were checked.
    """
    ids = [uuid7() for _ in taken]
    found = _places(taken, places)
    try:
        _insert(session, Place, [_place(target, place, now) for place in found.values()])
        _insert(
            session, Submission, [_submission(one, id_, found, places) for one, id_ in zip(taken, ids, strict=True)]
        )
        _insert(session, ImportOrigin, _origins(target, taken, ids))
    except IntegrityError as error:
        raise Conflict("imported_meanwhile") from error
    _supports(session, target, found, now)
    _insert(session, Reply, _replies(target, found, now))
    pairs = ((id_, one.public) for one, id_ in zip(taken, ids, strict=True) if one.public)
    made = (row for id_, public in pairs for row in import_translations.rows(id_, public.translations, now))
    _insert(session, Translation, made)
    published = [id_ for one, id_ in zip(taken, ids, strict=True) if one.public]
    decision_record.record_past(session, city=target.city, steps=[_step(target, id_, now) for id_ in published])
    _count(session, target, published)


def origin_hash(origin: str) -> str:
    """What is kept of the id that a row has in its file."""
    return hashlib.sha256(origin.encode()).hexdigest()


def _count(session: Session, target: Target, ids: Sequence[UUID]) -> None:
    """On the map: a few are added to the counts, for many it is faster to count the city anew."""
    if len(ids) > COUNTED_ONE_BY_ONE:
        tiles.rebuild(session, city=target.city)
        return
    for id_ in ids:
        tiles.add(session, submission=session.get_one(Submission, id_))


def _insert(session: Session, table: type[Any], rows: Iterable[Row]) -> None:
    """Straight into the table: others wait, and what the mapper does for each row takes longer than the database."""
    target = Base.metadata.tables[table.__tablename__]
    for some in in_batches(rows, BATCH):
        session.connection().execute(insert(target), some)


def _places(taken: Sequence[Taken], places: Mapping[str, UUID]) -> dict[str, _Found]:
    """The places that have to be made, in the order of the file."""
    found: dict[str, _Found] = {}
    for one in taken:
        # What has no point belongs to no place.
        if one.public and one.public.place not in places and "lat" in one.values:
            place = found.setdefault(one.public.place, _Found(uuid7()))
            place.members.append(one)
            place.said.append(one.public)
    return found


def _place(target: Target, place: _Found, now: datetime) -> Row:
    """The place lies where its first entry lies; it has a name where all of them say the same one."""
    first = place.members[0].values
    names = {one.values.get("place_name") for one in place.members}
    return {
        "id": place.id,
        "city_id": target.city.id,
        "name": names.pop() if len(names) == 1 else None,
        "lat": first["public_lat"],
        "lon": first["public_lon"],
        "created_at": first.get("published_at") or now,
    }


def _submission(one: Taken, id_: UUID, found: Mapping[str, _Found], places: Mapping[str, UUID]) -> Row:
    values = {name: one.values.get(name) for name in COLUMNS}
    state = {"status": "published", "version": 2} if one.public else {"status": "pending", "version": 1}
    key = one.public.place if one.public and "lat" in one.values else ""
    place_id = found[key].id if key in found else places.get(key)
    return values | state | {"id": id_, "place_id": place_id}


def _origins(target: Target, taken: Sequence[Taken], ids: Sequence[UUID]) -> list[Row]:
    return [
        {"city_id": target.city.id, "origin_hash": origin_hash(one.origin), "submission_id": id_}
        for one, id_ in zip(taken, ids, strict=True)
        if one.origin
    ]


def _supports(session: Session, target: Target, found: Mapping[str, _Found], now: datetime) -> None:
    """As much support as the file says, by as few made-up contributors as can have given it.

    Nobody knows how many people they were; this way they never count as more than there were.
    """
    campaigns: dict[int, list[tuple[UUID, int]]] = {}
    for place in found.values():
        campaign_id, most = place.members[0].values["campaign_id"], max(one.supports for one in place.said)
        campaigns.setdefault(campaign_id, []).append((place.id, most))
    total = sum(most for wanted in campaigns.values() for _, most in wanted)
    if total > MOST_SUPPORTS:
        raise Invalid("too_much_support", most=MOST_SUPPORTS)
    for campaign_id, wanted in campaigns.items():
        ids = [uuid7() for _ in range(max(most for _, most in wanted))]
        keys = [{"id": one, "campaign_id": campaign_id, "key_hash": secrets.token_hex(32)} for one in ids]
        _insert(session, Contributor, keys)
        pairs = ((place_id, one) for place_id, most in wanted for one in ids[:most])
        _insert(session, Support, ({"place_id": one, "contributor_id": by, "created_at": now} for one, by in pairs))


def _replies(target: Target, found: Mapping[str, _Found], now: datetime) -> list[Row]:
    """The city's answers, in its own language, because a file does not say in which one."""
    replies = [(place.id, next((one.reply for one in place.said if one.reply), "")) for place in found.values()]
    lang = target.city.languages[0]
    return [{"place_id": id_, "lang": lang, "text": text, "created_at": now} for id_, text in replies if text]


def _step(target: Target, submission_id: UUID, now: datetime) -> Row:
    return {
        "submission_id": submission_id,
        "account_id": target.account.id if target.account else None,
        "action": "publish",
        "reason_code": None,
        "from_status": "pending",
        "to_status": "published",
        "submission_version": 1,
        "at": now,
        "details": IMPORT,
        "from_place_id": None,
        "to_place_id": None,
    }
