"""The demonstration's samples as rows: places, contributors, submissions, supports and decisions, inserted in bulk."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from participation import cells
from participation.models.accounts import Account
from participation.models.contributors import Contributor
from participation.models.places import Place, Reply, Support
from participation.models.submissions import ANSWERS, Submission
from participation.services import decision_record, demo_samples
from participation.services.demo_people import Days, Person, uuid7_at
from participation.services.demo_points import Spot
from participation.services.demo_samples import HEAT_KINDS
from participation.services.demo_submissions import Maker, Round, Sample, name_of
from participation.services.locations import district_of

SUPPORTS_PER_SUBMISSION = 0.6
REPLY_DAYS, REPLY_LANGUAGES = (5, 30), 2

Row = dict[str, Any]
Places = dict[Spot, Row]


def store(session: Session, *, maker: Maker, samples: Sequence[Sample], moderator: Account) -> None:
    """Insert the samples of all campaigns of one city, with everything that belongs to them."""
    samples = sorted(samples, key=lambda sample: sample.sent)
    places = _places(maker, samples)
    rows = [_submission(maker, sample, places) for sample in samples]
    tables: list[tuple[Any, list[Row]]] = [
        (Contributor, _contributors(maker.rng, samples)),
        (Place, list(places.values())),
        (Submission, rows),
        (Support, _supports(maker, samples, places)),
        (Reply, _replies(maker, samples, places)),
    ]
    for table, wanted in tables:
        if wanted:
            # One statement for all rows, instead of one for each set of columns that have a value.
            session.execute(insert(table).execution_options(render_nulls=True), wanted)
    decision_record.record_past(session, city=maker.city, steps=_decisions(samples, rows, moderator))


def _places(maker: Maker, samples: Sequence[Sample]) -> Places:
    """A spot becomes a place when the first submission for it is published."""
    first: dict[Spot, datetime] = {}
    for sample in samples:
        if sample.status == "published" and sample.spot and sample.decided:
            first[sample.spot] = min(sample.decided, first.get(sample.spot, sample.decided))
    return {
        spot: {
            "id": uuid7_at(maker.rng, since),
            "city_id": maker.city.id,
            "name": name_of(spot, maker.city.languages[0], maker.city),
            "lat": spot.point.lat,
            "lon": spot.point.lon,
            "created_at": since,
        }
        for spot, since in first.items()
    }


def _submission(maker: Maker, sample: Sample, places: Places) -> Row:
    point = sample.point
    district = district_of(maker.city.districts, point) if point else None
    published = sample.status == "published"
    return {
        "id": uuid7_at(maker.rng, sample.sent),
        "city_id": maker.city.id,
        "campaign_id": sample.round.campaign.id,
        "contributor_id": sample.person.id,
        "place_id": places[sample.spot]["id"] if published and sample.spot else None,
        "district_id": district.id if district else None,
        "kind": sample.kind,
        "status": sample.status,
        "source": "demo",
        "questionnaire_version": sample.round.campaign.questionnaire_version,
        "version": 2 if sample.decided else 1,
        "lat": point.lat if point else None,
        "lon": point.lon if point else None,
        "public_lat": point.lat if point else None,
        "public_lon": point.lon if point else None,
        "cell": cells.cell(point) if point else None,
        "place_words": sample.place_words,
        "text_lang": sample.person.language if "text" in sample.content else None,
        "created_at": sample.sent,
        "published_at": sample.decided if published else None,
        **{code: sample.content.get(code) for code in ANSWERS},
    }


def _contributors(rng: Random, samples: Sequence[Sample]) -> list[Row]:
    """Those who sent something, with a random key that no browser has."""
    senders = {sample.person.id: sample.round for sample in samples}
    return [
        {"id": sender, "campaign_id": this.campaign.id, "key_hash": f"{rng.getrandbits(256):064x}"}
        for sender, this in senders.items()
    ]


def _supports(maker: Maker, samples: Sequence[Sample], places: Places) -> list[Row]:
    """Some of those who sent nothing for a place say that they feel it too, while the campaign is running."""
    senders: dict[tuple[int, Spot], set[UUID]] = defaultdict(set)
    rounds: dict[int, Round] = {}
    for sample in samples:
        rounds[sample.round.campaign.id] = sample.round
        if sample.spot in places and sample.spot:
            senders[sample.round.campaign.id, sample.spot].add(sample.person.id)
    rows: list[Row] = []
    for (campaign_id, spot), ids in senders.items():
        others = [person for person in rounds[campaign_id].people if person.id not in ids]
        number = round(maker.rng.random() * 2 * SUPPORTS_PER_SUBMISSION * len(ids))
        for person in maker.rng.sample(others, min(number, len(others))):
            rows += _support(maker.rng, rounds[campaign_id].days, places[spot], person)
    return rows


def _support(rng: Random, days: Days, place: Row, person: Person) -> list[Row]:
    begin = max(place["created_at"], datetime.combine(days.first, time(), UTC))
    seconds = (datetime.combine(days.last, time(21), UTC) - begin) / timedelta(seconds=1)
    if seconds < 0:
        return []
    at = begin + timedelta(seconds=round(rng.uniform(0, seconds)))
    return [{"place_id": place["id"], "contributor_id": person.id, "created_at": at}]


def _replies(maker: Maker, samples: Sequence[Sample], places: Places) -> list[Row]:
    """The city answers where most was said, in its own language and the next one of its list."""
    said = Counter(sample.spot for sample in samples if sample.spot in places and sample.spot)
    rows: list[Row] = []
    for kind in HEAT_KINDS:
        busiest = [spot for spot, _ in said.most_common() if spot.kind == kind]
        for spot, texts in zip(busiest, demo_samples.replies(kind), strict=False):
            place = places[spot]
            day = maker.rng.randint(*REPLY_DAYS)
            at = min(place["created_at"] + timedelta(days=day), datetime.combine(maker.today, time(), UTC))
            rows += [
                {"place_id": place["id"], "lang": lang, "text": texts[lang], "created_at": at}
                for lang in maker.city.languages[:REPLY_LANGUAGES]
            ]
    return rows


def _decisions(samples: Sequence[Sample], rows: Sequence[Row], moderator: Account) -> list[Row]:
    decided = [(sample, row) for sample, row in zip(samples, rows, strict=True) if sample.decided]
    decided.sort(key=lambda pair: pair[0].decided or pair[0].sent)
    return [
        {
            "submission_id": row["id"],
            "account_id": moderator.id,
            "action": "publish" if sample.status == "published" else "reject",
            "reason_code": sample.reason_code,
            "from_status": "pending",
            "to_status": sample.status,
            "submission_version": 1,
            "at": sample.decided,
        }
        for sample, row in decided
    ]
