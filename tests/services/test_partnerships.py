"""Partnership files: read completely, refused with the key that is wrong, and loaded again in place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.errors import Conflict, Invalid, NotFound
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.services import partnership_files, partnerships
from tests.factories import cities, submissions, toml_files

Load = Callable[..., Partnership]


@pytest.fixture
def worms(session: Session) -> City:
    return cities.make(session, "worms")


@pytest.fixture
def metz(session: Session) -> City:
    return cities.make(session, "metz")


@pytest.fixture
def load(session: Session, tmp_path: Path, worms: City, metz: City) -> Load:
    """Loads the partnership of both cities with these campaigns, and some keys changed."""

    def loaded(*campaigns: dict[str, Any], **changed: Any) -> Partnership:
        return partnerships.load(session, file=toml_files.partnership(tmp_path, *campaigns, **changed))

    return loaded


def state(partnership: Partnership) -> list[object]:
    return [partnership.id, partnership.name, [city.slug for city in partnership.cities], codes(partnership)]


def codes(partnership: Partnership) -> list[str]:
    return [campaign.code for campaign in partnership.campaigns]


def test_everything_a_file_says_is_stored(session: Session, load: Load) -> None:
    load({}, {"code": "summer-2027", "starts": date(2027, 6, 1), "ends": date(2027, 6, 1)}, cities=["metz", "worms"])
    session.expire_all()
    partnership = partnerships.by_slug(session, slug="worms-metz")
    assert partnership.name == {"en": "Worms and Metz"}
    assert [city.slug for city in partnership.cities] == ["metz", "worms"]
    assert codes(partnership) == ["summer-2027", "summer-2026"]
    campaign = partnership.campaigns[1]
    assert campaign.name == {"de": "Sommer 2026", "en": "Summer 2026"}
    assert (campaign.starts, campaign.ends) == (date(2026, 6, 1), date(2026, 9, 15))
    assert (campaign.kinds, campaign.questionnaire_version) == (["heat_island", "idea"], "heat-1")


MISTAKES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("slug", {}, {"slug": "Worms Metz"}, "lower-case"),
    ("name", {}, {"name": None}, "missing"),
    ("cities", {}, {"cities": ["worms"]}, "two cities"),
    ("cities", {}, {"cities": ["worms", "worms"]}, "different"),
    ("cities", {}, {"cities": ["worms", 5]}, "different"),
    ("campaign", {}, {"campaign": []}, "not a key"),
    *((f"campaigns[1].{key}", {key: None}, {}, "missing") for key in toml_files.CAMPAIGN),
    ("campaigns[1].code", {"code": "Summer 2026"}, {}, "lower-case"),
    ("campaigns[1].starts", {"starts": "2026-06-01"}, {}, "a date"),
    ("campaigns[1].ends", {"ends": date(2026, 5, 31)}, {}, "before starts"),
    ("campaigns[1].kinds", {"kinds": ["heat"]}, {}, "'heat'"),
    ("campaigns[1].kinds", {"kinds": []}, {}, "at least one"),
    ("campaigns[1].questionnaire", {"questionnaire": "heat-0"}, {}, "'heat-0'"),
    ("campaigns[1].colour", {"colour": "red"}, {}, "not a key"),
]


@pytest.mark.parametrize(("key", "campaign", "changed", "why"), MISTAKES, ids=lambda part: str(part)[:40])
def test_a_mistake_is_refused_with_its_key(
    session: Session, load: Load, key: str, campaign: dict[str, Any], changed: dict[str, Any], why: str
) -> None:
    kept = {name: value for name, value in (toml_files.CAMPAIGN | campaign).items() if value is not None}
    with pytest.raises(Invalid) as caught:
        load(**({"campaigns": [kept]} | changed))
    assert caught.value.details["key"] == key
    assert why in str(caught.value.details["why"])
    assert partnerships.every(session) == []


def test_a_campaign_named_twice_and_an_unknown_city_are_refused(load: Load) -> None:
    with pytest.raises(Invalid) as caught:
        load({}, {})
    assert caught.value.details["key"] == "campaigns[2].code"
    with pytest.raises(NotFound, match="city_unknown"):
        load(cities=["worms", "paris"])


def test_loading_again_updates_in_place(session: Session, load: Load, worms: City) -> None:
    third = cities.make(session, "speyer")
    first = load({}, {"code": "old"})
    before = state(first)
    assert state(load({}, {"code": "old"})) == before
    kept = {campaign.code: campaign.id for campaign in first.campaigns}
    load({"ends": date(2026, 10, 1)}, {"code": "new"}, cities=["speyer", "worms"], name="Two")
    session.expire_all()
    again = partnerships.by_slug(session, slug="worms-metz")
    assert (again.id, again.name, again.cities) == (first.id, {"en": "Two"}, [third, worms])
    assert {campaign.code for campaign in again.campaigns} == {"summer-2026", "new"}
    assert {campaign.id for campaign in again.campaigns if campaign.ends == date(2026, 10, 1)} == {kept["summer-2026"]}


def test_what_holds_submissions_stays(session: Session, load: Load, worms: City, tmp_path: Path) -> None:
    partnership = load({})
    submissions.make(session, worms, partnership.campaigns[0])
    session.commit()
    cities.make(session, "speyer")
    session.commit()

    def refused(code: str, act: Callable[[], object]) -> None:
        with pytest.raises(Conflict, match=code) as caught:
            act()
        assert caught.value.details["submissions"] == 1
        session.rollback()
        session.expire_all()
        assert state(partnership) == [partnership.id, {"en": "Worms and Metz"}, ["worms", "metz"], ["summer-2026"]]

    refused("campaign_in_use", lambda: load({"code": "other"}))
    refused("city_in_use", lambda: load({}, cities=["metz", "speyer"]))
    found = partnership_files.read(toml_files.partnership(tmp_path, {}))
    newer = replace(found, campaigns=(replace(found.campaigns[0], questionnaire="heat-2"),))
    refused("questionnaire_in_use", lambda: partnerships.store(session, found=newer))
    assert [city.slug for city in load({}, cities=["worms", "speyer"]).cities] == ["worms", "speyer"]


def test_an_unused_campaign_may_change_its_questionnaire(session: Session, load: Load, tmp_path: Path) -> None:
    load({})
    found = partnership_files.read(toml_files.partnership(tmp_path, {}))
    newer = replace(found, campaigns=(replace(found.campaigns[0], questionnaire="heat-2"),))
    assert partnerships.store(session, found=newer).campaigns[0].questionnaire_version == "heat-2"


def test_partners_share_a_partnership(session: Session, load: Load, worms: City, metz: City) -> None:
    alone = cities.make(session, "speyer")
    load({})
    assert partnerships.partners(session, city=worms) == [metz]
    assert partnerships.partners(session, city=alone) == []
    with pytest.raises(NotFound):
        partnerships.by_slug(session, slug="worms")
