"""The demo has the size of 2021, looks plausible, and is the same for the same day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation import database, locales, questionnaire
from participation.answers import check
from participation.errors import Conflict
from participation.geo import Point, distance_m
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.decisions import Decision
from participation.models.places import Place, Reply, Support
from participation.models.submissions import ANSWERS, Submission
from participation.services import cities, decision_record, demo, demo_people, demo_seasons, tiles
from participation.services.accounts import check_password
from participation.services.demo import SignIn
from participation.services.locations import district_of
from participation.settings import ROOT
from tests.fixtures.databases import connected, sqlite_only
from tests.fixtures.statements import Budget

FOLDER = ROOT / "participation" / "demo"
TODAY = date(2026, 11, 22)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def load(session: Session, folder: Path, today: date = TODAY) -> list[SignIn]:
    return demo.load(
        session, folder=FOLDER, basemaps=folder, today=today, hash_password=lambda password: f"<{password}>"
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The demo on SQLite; the tests of this module only read it."""
    folder = tmp_path_factory.mktemp("demo")
    with connected(f"sqlite:///{folder / 'demo.db'}") as engine, database.writing(engine) as session:
        load(session, folder)
        session.commit()
        yield session


def submissions(session: Session, slug: str = "", code: str = "summer-2026", **columns: Any) -> list[Submission]:
    query = select(Submission).join(Campaign).join(City).where(Campaign.code == code).filter_by(**columns)
    if slug:
        query = query.where(City.slug == slug)
    return list(session.scalars(query.order_by(Submission.id)))


def at(place: Place) -> Point:
    return Point(place.lat, place.lon)


def figures(found: list[Submission]) -> tuple[int, int, int]:
    """How many submissions, contributors and places."""
    return len(found), len({one.contributor_id for one in found}), len({one.place_id for one in found})


def content(session: Session) -> list[object]:
    """All that a generator could do differently, without passwords and running numbers."""
    columns = [Submission.id, Submission.created_at, *(getattr(Submission, name) for name in ("lat", "lon", *ANSWERS))]
    tables = [columns, [Place.id, Place.name], [Support.place_id, Support.contributor_id], [Contributor.key_hash]]
    return [sorted(map(str, session.execute(select(*table)))) for table in tables]


# Size


def test_it_has_the_size_of_2021(session: Session, tmp_path: Path) -> None:
    load(session, tmp_path)
    session.commit()
    session.expire_all()
    assert figures(submissions(session, "metz", status="published"))[:2] == (400, 180)
    assert figures(submissions(session, "worms", status="published")) == (128, 39, 58)
    assert figures(submissions(session, "koeln", status="published"))[0] == 160
    assert figures(submissions(session, "yarinacocha", status="published"))[0] == 60
    for city in cities.every(session):
        assert city.demo
        assert tiles.drift(session, city=city) == 0
        last = figures(submissions(session, city.slug, "summer-2025", status="published"))
        now = figures(submissions(session, city.slug, status="published"))
        assert all(0.25 < before / after < 0.75 for before, after in zip(last, now, strict=True))


def test_a_second_time_nothing_happens_in_one_statement(session: Session, tmp_path: Path, at_most: Budget) -> None:
    assert len(load(session, tmp_path)) == 7
    session.commit()
    before = content(session)
    with at_most(1):
        assert load(session, tmp_path, TODAY + timedelta(days=300)) == []
    assert content(session) == before


def test_the_same_day_gives_the_same_demo(loaded: Session, session: Session, tmp_path: Path) -> None:
    load(session, tmp_path)
    assert content(session) == content(loaded)


def test_a_city_of_somebodys_own_is_not_overwritten(session: Session, tmp_path: Path) -> None:
    cities.load(session, file=FOLDER / "metz.toml", basemaps=tmp_path)
    with pytest.raises(Conflict, match="demo_slug_taken"):
        load(session, tmp_path)
    assert [city.slug for city in cities.every(session)] == ["metz"]


# Campaigns


@pytest.mark.parametrize(
    ("today", "year", "starts"),
    [
        (date(2026, 4, 30), 2025, date(2025, 6, 1)),
        (date(2026, 5, 1), 2026, date(2026, 4, 10)),
        (date(2026, 6, 10), 2026, date(2026, 5, 20)),
        (date(2026, 6, 22), 2026, date(2026, 6, 1)),
        (date(2026, 12, 31), 2026, date(2026, 6, 1)),
        (date(2028, 2, 29), 2027, date(2027, 6, 1)),
    ],
)
def test_the_current_summer(today: date, year: int, starts: date) -> None:
    season = demo_seasons.current(today)
    assert (season.year, season.starts, season.ends) == (year, starts, today + timedelta(days=365))
    assert season.last_sample == min(date(year, 9, 30), today - timedelta(days=1))
    last = demo_seasons.previous(season)
    assert (last.year, last.starts, last.ends) == (year - 1, date(year - 1, 6, 1), date(year - 1, 9, 30))


@sqlite_only
@pytest.mark.parametrize("today", [date(2026, 5, 1), date(2028, 2, 29)])
def test_nothing_was_sent_or_decided_before_its_campaign_or_after_today(
    session: Session, tmp_path: Path, today: date
) -> None:
    load(session, tmp_path, today)
    sent = session.scalars(select(Submission).where(Submission.source == "demo")).all()
    assert len(sent) > 1000
    for one in sent:
        zone = ZoneInfo(one.city.time_zone)
        assert one.campaign.starts <= one.created_at.astimezone(zone).date() <= one.campaign.ends
        assert one.created_at.astimezone(zone).date() < today
        if one.published_at:
            assert one.created_at < one.published_at
            assert one.published_at.astimezone(zone).date() < today


def test_campaigns_of_two_summers(loaded: Session) -> None:
    campaigns = loaded.scalars(select(Campaign).order_by(Campaign.partnership_id, Campaign.starts)).all()
    assert [campaign.code for campaign in campaigns] == ["summer-2025", "summer-2026"] * 2
    assert [campaign.is_open(TODAY) for campaign in campaigns] == [False, True] * 2
    for campaign in campaigns:
        assert set(campaign.name) == set(locales.CODES)
        assert campaign.kinds == list(questionnaire.KINDS)
        assert campaign.questionnaire_version == "heat-1"
    assert (campaigns[0].starts, campaigns[0].ends) == (date(2025, 6, 1), date(2025, 9, 30))
    # In Peru it is not summer then.
    names = {campaign.name["es"] for campaign in campaigns if campaign.code == "summer-2026"}
    assert names == {"Verano de 2026", "De junio a septiembre de 2026"}


# Answers and texts


@pytest.mark.parametrize(("slug", "heat", "squares"), [("metz", 200, 120), ("worms", 64, 26)])
def test_the_share_of_squares_is_that_of_2021(loaded: Session, slug: str, heat: int, squares: int) -> None:
    found = submissions(loaded, slug, status="published", kind="heat_island")
    assert (len(found), sum(one.place_type == "square" for one in found)) == (heat, squares)


def test_all_answers_fit_the_questionnaire(loaded: Session) -> None:
    sheet = questionnaire.load("heat-1")
    for one in loaded.scalars(select(Submission)):
        answers = {name: getattr(one, name) for name in ANSWERS}
        given = {name: list(value) if isinstance(value, tuple) else value for name, value in answers.items() if value}
        assert check(sheet, one.kind, given) == given
        assert one.reasons != ("unsure",)
        assert (one.source, one.near_home, one.needs_second_look) == ("demo", False, False)


def test_optional_questions_are_answered_at_times(loaded: Session) -> None:
    heat = submissions(loaded, "metz", kind="heat_island")
    for name in ("comfort", "sensation", "times_of_day", "visit_frequency", "use", "behaviour", "measures", "text"):
        assert 0.2 < sum(bool(getattr(one, name)) for one in heat) / len(heat) < 0.9, name
    everyone = list(loaded.scalars(select(Submission)))
    for name in ("role", "age_band"):
        assert 0.4 < sum(bool(getattr(one, name)) for one in everyone) / len(everyone) < 0.6, name


def test_texts_are_in_the_languages_of_the_city(loaded: Session) -> None:
    for city in loaded.scalars(select(City)):
        languages = Counter(one.text_lang for one in submissions(loaded, city.slug) if one.text)
        assert languages.most_common(1)[0][0] == city.languages[0]
        assert set(languages) <= set(city.languages)
    assert {one.text_lang for one in submissions(loaded)} == {None, *locales.CODES}


def test_equal_texts_do_not_meet(loaded: Session) -> None:
    for city in loaded.scalars(select(City)):
        texts = [one.text for one in submissions(loaded, city.slug) if one.text]
        assert sum(first == second for first, second in pairwise(texts)) <= 2
        # All are written by hand: few enough places for a text to come again, but many different ones.
        assert len(set(texts)) > len(texts) / 3


def test_ideas_and_feedback_always_have_words(loaded: Session) -> None:
    for one in submissions(loaded):
        if one.kind in ("idea", "feedback"):
            assert one.text
            assert bool(one.topic) == (one.kind == "feedback")


# Places and points


def test_points_are_in_the_city_around_their_place(loaded: Session) -> None:
    for one in loaded.scalars(select(Submission).where(Submission.lat.is_not(None))):
        assert one.point
        assert one.point == one.public_point
        assert one.cell
        assert one.city.area.contains(one.point)
        assert one.district == district_of(one.city.districts, one.point)
        place = loaded.get(Place, one.place_id) if one.place_id else None
        if place:
            assert 1 < distance_m(one.point, at(place)) < 50


def test_nothing_is_stacked_and_places_keep_apart(loaded: Session) -> None:
    points = [(one.lat, one.lon) for one in loaded.scalars(select(Submission)) if one.lat is not None]
    assert max(Counter(points).values()) == 1
    for city in loaded.scalars(select(City)):
        places = loaded.scalars(select(Place).where(Place.city_id == city.id)).all()
        for number, place in enumerate(places):
            nearest = min((distance_m(at(place), at(other)) for other in places[:number]), default=99)
            assert nearest >= 25, (place.name, nearest)


def test_only_places_at_a_landmark_have_its_name(loaded: Session) -> None:
    for city in loaded.scalars(select(City)):
        marks = {mark.name.get(city.languages[0]): mark for mark in city.landmarks}
        named = loaded.scalars(select(Place).where(Place.city_id == city.id, Place.name.is_not(None))).all()
        assert len(named) >= min(8, len(marks) - 1)
        assert all(distance_m(marks[place.name].point, at(place)) < 1 for place in named)


# Moderation


def test_each_city_has_a_queue(loaded: Session) -> None:
    for slug, length in (("metz", 12), ("worms", 9), ("koeln", 8), ("yarinacocha", 6)):
        waiting = submissions(loaded, slug, status="pending")
        assert len(waiting) == length
        in_words = [one for one in waiting if one.lat is None]
        assert len(in_words) == 2
        assert all(one.place_words and one.cell is None for one in in_words)
        assert all(one.place_id is None and one.published_at is None and one.version == 1 for one in waiting)
        published = submissions(loaded, slug, status="published")
        assert {one.contributor_id for one in waiting} <= {one.contributor_id for one in published}
        own = waiting[0].city.languages[0]
        languages = Counter(one.text_lang for one in waiting if one.text)
        assert languages, slug
        assert any(language != own for language in languages), slug


def test_the_record_of_each_city_is_whole(loaded: Session) -> None:
    for slug in demo.CITIES:
        verdict = decision_record.verify(loaded, city=cities.by_slug(loaded, slug=slug))
        assert verdict.fault is None
        assert verdict.decisions > 50


def test_decisions_were_made_by_the_city_and_are_complete(loaded: Session) -> None:
    decided = {decision.submission_id: decision for decision in loaded.scalars(select(Decision).order_by(Decision.at))}
    for one in loaded.scalars(select(Submission)):
        decision = decided.pop(one.id, None)
        assert (decision is None) == (one.status == "pending")
        if decision:
            assert decision.account
            assert decision.account.email == f"{one.city.slug}@demo.example"
            assert (decision.from_status, decision.to_status, decision.submission_version) == ("pending", one.status, 1)
            assert decision.at > one.created_at
            assert one.version == 2
            assert decision.action == {"published": "publish", "rejected": "reject"}[one.status]
            assert bool(decision.reason_code) == (one.status == "rejected")
            assert one.published_at == (decision.at if one.status == "published" else None)
    assert decided == {}
    assert [len(submissions(loaded, slug, status="rejected")) for slug in demo.CITIES] == [3, 3, 3, 3]


def test_people_send_by_day_and_ids_follow_time(loaded: Session) -> None:
    for city in loaded.scalars(select(City)):
        zone = ZoneInfo(city.time_zone)
        ordered = loaded.scalars(select(Submission).where(Submission.city_id == city.id).order_by(Submission.id)).all()
        times = [one.created_at for one in ordered]
        assert times == sorted(times)
        assert all(7 <= moment.astimezone(zone).hour <= 23 for moment in times)
        assert all(one.id.version == 7 and one.id.variant == "specified in RFC 4122" for one in ordered)
        assert all((one.id.int >> 80) == int(one.created_at.timestamp() * 1000) for one in ordered)


def test_supports_come_from_others_in_time(loaded: Session) -> None:
    rows = loaded.execute(select(Support, Place).join(Place, Place.id == Support.place_id)).all()
    assert len(rows) > 200
    senders = {(one.place_id, one.contributor_id) for one in loaded.scalars(select(Submission))}
    for support, place in rows:
        assert (support.place_id, support.contributor_id) not in senders
        assert place.created_at <= support.created_at < MIDNIGHT


# Staff


def test_everybody_on_the_staff_can_sign_in(session: Session, tmp_path: Path) -> None:
    sign_ins = load(session, tmp_path)
    assert [(one.email, one.role, one.scope) for one in sign_ins] == [
        ("worms@demo.example", "moderator", "worms"),
        ("metz@demo.example", "moderator", "metz"),
        ("koeln@demo.example", "moderator", "koeln"),
        ("yarinacocha@demo.example", "moderator", "yarinacocha"),
        ("lead-worms@demo.example", "city_lead", "worms"),
        ("worms-metz@demo.example", "facilitator", "worms-metz"),
        ("operator@demo.example", "operator", ""),
    ]
    assert len({one.password for one in sign_ins}) == 7
    for one in sign_ins:
        check_password(one.password)
        account = session.scalars(select(Account).where(Account.email == one.email)).one()
        scope = account.city or account.partnership
        assert (account.role, scope.slug if scope else "") == (one.role, one.scope)
        assert account.password == f"<{one.password}>"
        assert account.created_at < (session.scalar(select(func.min(Decision.at))) or MIDNIGHT)


def test_ids_are_made_from_time_and_seed() -> None:
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    first, second = (demo_people.uuid7_at(Random(1), moment) for _ in range(2))
    assert first == second
    assert (first.version, first.int >> 80) == (7, 1_782_864_000_000)


def test_the_cities_answer_at_busy_places_in_their_own_languages(loaded: Session) -> None:
    for city in loaded.scalars(select(City)):
        query = select(Reply, Place).join(Place, Place.id == Reply.place_id).where(Place.city_id == city.id)
        rows = loaded.execute(query).all()
        answered = {place.id for _, place in rows}
        assert len(answered) == 5
        assert {reply.lang for reply, _ in rows} == {*city.languages[:2]}
        assert len(rows) == 2 * len(answered)
        assert all(place.created_at <= reply.created_at <= MIDNIGHT for reply, place in rows)
        entries = [loaded.scalar(select(func.count()).where(Submission.place_id == place_id)) for place_id in answered]
        assert min(entries) >= 2
