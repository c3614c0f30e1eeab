"""Housekeeping forgets what is kept for a day, and mends the map's counts."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME, DecisionKey
from participation.models.places import Place
from participation.models.submissions import ANSWERS, Submission
from participation.models.tiles import TileCount
from participation.services import (
    appeals,
    decision_record,
    decision_sentences,
    decisions,
    limits,
    notes,
    photos,
    proofs,
    tiles,
    upkeep,
)
from participation.services.decisions import Seen
from tests.factories import accounts, cities, submissions
from tests.factories.decisions import act
from tests.factories.submissions import NOW


def counts(session: Session) -> list[tuple[int, ...]]:
    columns = (TileCount.city_id, TileCount.zoom, TileCount.cell, TileCount.n)
    return sorted(tuple(row) for row in session.execute(select(*columns)))


def test_form_keys_are_forgotten_after_a_day(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    ages = (0, 23, 25, 48, 1000)
    for hours in ages:
        keys = {"idempotency_hash": f"i{hours}", "content_hash": f"c{hours}", "receipt_hash": f"r{hours}"}
        submissions.make(session, city, campaign, now=NOW - timedelta(hours=hours), **keys)
    assert [upkeep.forget_form_keys(session, now=NOW) for _ in range(3)] == [2, 1, 0]
    session.expire_all()
    stored = {one.receipt_hash: (one.idempotency_hash, one.content_hash) for one in session.scalars(select(Submission))}
    assert stored == {
        "r0": ("i0", "c0"),
        "r23": ("i23", "c23"),
        "r25": (None, None),
        "r48": (None, None),
        "r1000": (None, None),
    }


def test_the_keys_of_decisions_are_forgotten_after_a_day_and_the_decisions_stay(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    moderator = accounts.make(session, city)
    for hours in (23, 25, 48, 1000):
        submission = submissions.make(session, city, campaign)
        then = NOW - timedelta(hours=hours)
        seen = Seen(1, f"form-{hours}")
        decisions.publish(session, account=moderator, submission=submission, seen=seen, now=then)
    assert [upkeep.forget_decision_keys(session, now=NOW) for _ in range(3)] == [2, 1, 0]
    [kept] = session.scalars(select(DecisionKey))
    assert kept.decision.at == NOW - timedelta(hours=23)
    verdict = decision_record.verify(session, city=city)
    assert (verdict.decisions, verdict.fault) == (4, None)


def test_right_counts_are_left_alone(session: Session, city: City, campaign: Campaign) -> None:
    assert tiles.drift(session, city=city) == 0
    for _ in range(3):
        submissions.published(session, city, campaign)
    submissions.make(session, city, campaign)
    submissions.published(session, city, campaign, "idea", point=None)
    assert tiles.drift(session, city=city) == 0
    assert upkeep.cities_to_count(session) == []
    before = city.map_version
    assert not upkeep.count_anew(session, slug=city.slug)
    session.refresh(city)
    assert city.map_version == before


@pytest.mark.parametrize(
    ("damage", "drift"),
    [
        (delete(TileCount), 3),
        (delete(TileCount).where(TileCount.zoom == 12), 3),
        (update(TileCount).where(TileCount.zoom == 18).values(n=2), 1),
        (update(TileCount).where(TileCount.zoom == 8).values(n=10), 7),
    ],
)
def test_wrong_counts_are_made_anew(
    session: Session, city: City, campaign: Campaign, damage: object, drift: int
) -> None:
    other = cities.make(session, "metz")
    for one in (city, city, city, other):
        submissions.published(session, one, campaign)
    right = counts(session)
    session.execute(damage.where(TileCount.city_id == city.id))  # type: ignore[attr-defined]
    assert tiles.drift(session, city=city) == drift
    assert upkeep.cities_to_count(session) == [city.slug]
    before = city.map_version
    assert upkeep.count_anew(session, slug=city.slug)
    assert counts(session) == right
    session.refresh(city)
    assert city.map_version > before


def test_what_limits_and_proofs_need_is_forgotten_together(session: Session) -> None:
    limits.count(session, key="old", seconds=60, amount=1, now=NOW - timedelta(hours=1))
    limits.count(session, key="new", seconds=60, amount=1, now=NOW)
    limits.make_secret_of_day(session, now=NOW - timedelta(days=1))
    proofs.use(session, challenge="old", now=NOW - timedelta(hours=1))
    assert [upkeep.forget_limits(session, now=NOW) for _ in range(2)] == [3, 0]
    assert limits.counted(session, key="new", now=NOW) == 1


def test_every_folder_of_photos_has_its_minute(session: Session, tmp_path: Path) -> None:
    long_ago = (NOW - timedelta(days=2)).timestamp()
    for number in range(photos.FOLDERS):
        file = tmp_path / f"{number:02x}" / "00" / "lost.jpg"
        file.parent.mkdir(parents=True)
        file.touch()
        os.utime(file, (long_ago, long_ago))
    minutes = [NOW + timedelta(minutes=minute) for minute in range(upkeep.SWEEP_MINUTES)]
    swept = [upkeep.sweep_photos(session, folder=tmp_path, now=now, everything=False) for now in minutes]
    assert swept == [photos.FOLDERS // upkeep.SWEEP_MINUTES] * upkeep.SWEEP_MINUTES


def refused(session: Session, city: City, campaign: Campaign, action: str, **changed: Any) -> Submission:
    """Rejected, or published and then removed."""
    made = submissions.make(session, city, campaign, text="My words", place_name="My place", **changed)
    if action == "remove":
        submissions.publish(session, made)
    act(session, submissions.operator(session), made, action)
    return made


def forget_refused(session: Session, *, days: int) -> int:
    now = NOW + APPEAL_TIME + timedelta(days=days)
    return upkeep.forget_refused(session, folder=Path("/nowhere"), now=now)


@pytest.mark.parametrize("action", ["reject", "remove"])
def test_what_was_refused_is_erased_after_six_months(
    session: Session, city: City, campaign: Campaign, action: str
) -> None:
    made = refused(session, city, campaign, action, receipt_hash="known")
    moderator = accounts.make(session, city)
    notes.write(session, account=moderator, submission=made, text="They wrote: my words", lang="en", now=NOW)
    [decision] = [one for one in decisions.history(session, submission=made) if one.reason_code]
    decision_sentences.say(session, decision=decision, text="My words are not clear", lang="en")
    place_id = made.place_id
    session.commit()
    assert forget_refused(session, days=-1) == 0
    assert made.text == "My words"
    assert [forget_refused(session, days=1) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert [getattr(made, column) or None for column in (*ANSWERS, "place_words", "lat", "cell", "place_id")] == [
        None
    ] * (len(ANSWERS) + 4)
    assert (made.status, made.receipt_hash) == ({"reject": "rejected", "remove": "removed"}[action], "known")
    assert (
        decisions.history(session, submission=made)[0].reason_code == {"reject": "unclear", "remove": "illegal"}[action]
    )
    assert decision_sentences.of_submission(session, submission_id=made.id) == {}
    assert notes.of_submission(session, submission=made) == []
    assert place_id is None or session.get(Place, place_id) is None
    assert decision_record.verify(session, city=city).fault is None
    assert tiles.drift(session, city=city) == 0


def test_an_objection_keeps_it_until_six_months_after_the_outcome(
    session: Session, city: City, campaign: Campaign
) -> None:
    made = refused(session, city, campaign, "reject")
    others = submissions.published(session, city, campaign), submissions.make(session, city, campaign)
    appeal = appeals.give(session, submission=made, text="It is open to everybody.", lang="en", now=NOW)
    assert forget_refused(session, days=300) == 0
    decided = NOW + APPEAL_TIME + timedelta(days=100)
    appeals.decide(
        session,
        account=accounts.make(session, city),
        appeal=appeal,
        seen=Seen(made.version),
        reverse=False,
        answer="No.",
        lang="en",
        now=decided,
    )
    assert forget_refused(session, days=250) == 0
    assert forget_refused(session, days=100 + APPEAL_TIME.days + 1) == 1
    session.expire_all()
    assert (made.place_type, appeal.text, appeal.status) == (None, "", "upheld")
    assert [bool(other.place_type) for other in others] == [True, True]
