"""A moderator puts kind, place type, language and point right; the map follows, and the record says what changed."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotAllowed
from participation.geo import Point
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.models.tiles import TileFacet
from participation.services import decision_amendments, tiles
from participation.services.decision_amendments import Amendment
from participation.services.decisions import Seen
from tests.factories import accounts, cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW, at

NORTH = Point(INSIDE.lat + 0.02, INSIDE.lon)


def amend(session: Session, account: Account, submission: Submission, key: str = "", **wanted: object) -> Decision:
    seen, change = Seen(submission.version, key), Amendment(**wanted)  # type: ignore[arg-type]
    return decision_amendments.amend(session, account=account, submission=submission, seen=seen, wanted=change, now=NOW)


def facets(session: Session) -> list[tuple[str, str, int, int]]:
    query = select(TileFacet.kind, TileFacet.place_type, TileFacet.district_id, TileFacet.n)
    return [tuple(row) for row in session.execute(query.where(TileFacet.zoom == 8))]


@pytest.mark.parametrize("published", [False, True])
def test_another_kind_with_the_answers_it_needs(
    published: bool, session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    make = submissions.published if published else submissions.make
    submission = make(session, city, campaign, comfort="1")
    before = city.map_version
    decision = amend(session, moderator, submission, kind="climate_oasis", answers={"reasons": ["tree_shade"]})
    assert (submission.kind, submission.place_type, submission.reasons) == ("climate_oasis", "square", ("tree_shade",))
    assert (decision.action, decision.codes) == ("amend", ("answers", "kind"))
    assert tiles.drift(session, city=city) == 0
    if published:
        session.refresh(city)
        assert (facets(session), city.map_version > before) == ([("climate_oasis", "square", 0, 1)], True)


@pytest.mark.parametrize(
    ("kind", "answers", "problems"),
    [
        ("climate_oasis", {}, {"reasons": "required"}),
        ("climate_oasis", {"reasons": ["no_shade"]}, {"reasons": "unknown_code"}),
        ("idea", {}, {"text": "required"}),
        ("volcano", {}, {"kind": "unknown_code"}),
    ],
)
def test_no_other_kind_without_its_answers(
    kind: str,
    answers: dict[str, object],
    problems: dict[str, str],
    session: Session,
    moderator: Account,
    city: City,
    campaign: Campaign,
) -> None:
    submission = submissions.published(session, city, campaign)
    with pytest.raises(FormInvalid) as caught:
        amend(session, moderator, submission, kind=kind, answers=answers)
    assert {field: problem.code for field, problem in caught.value.problems.items()} == problems
    assert (submission.kind, submission.version) == ("heat_island", 2)
    assert tiles.drift(session, city=city) == 0


def test_a_published_idea_without_a_point_is_no_heat_island(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign, "idea", point=None)
    answers = {"place_type": "square", "reasons": ["no_shade"]}
    with pytest.raises(FormInvalid) as caught:
        amend(session, moderator, submission, kind="heat_island", answers=answers)
    assert {*caught.value.problems} == {"lat"}


def test_place_type_and_language(session: Session, moderator: Account, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign, text="Muy caliente aquí", text_lang="en")
    decision = amend(session, moderator, submission, place_type="street", text_lang="es")
    assert (submission.place_type, submission.text_lang) == ("street", "es")
    assert (decision.codes, facets(session)) == (("place_type", "text_lang"), [("heat_island", "street", 0, 1)])
    with pytest.raises(FormInvalid) as caught:
        amend(session, moderator, submission, place_type="street", text_lang="not a language")
    assert {*caught.value.problems} == {"text_lang"}
    with pytest.raises(FormInvalid) as caught:
        amend(session, moderator, submission, place_type="street")
    assert caught.value.problems["kind"].code == "nothing_changed"


def test_what_residents_wrote_and_answered_is_theirs(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, text="Too hot", text_lang="en", comfort="1")
    said = {"text": "Lovely", "place_name": "Elsewhere", "comfort": "4", "measures": ["more_trees"]}
    session.refresh(submission)
    mine = {name: getattr(submission, name) for name in (*said, "reasons")}
    with pytest.raises(FormInvalid) as caught:
        amend(session, moderator, submission, answers={**said, "reasons": ["traffic"]})
    assert caught.value.problems["kind"].code == "nothing_changed"
    # Beside something to put right they do not come through either.
    amend(session, moderator, submission, place_type="street", answers={**said, "reasons": ["traffic"]})
    session.refresh(submission)
    assert {name: getattr(submission, name) for name in mine} == mine
    amend(session, moderator, submission, kind="climate_oasis", answers={**said, "reasons": ["tree_shade"]})
    assert (submission.text, submission.place_name, submission.reasons) == ("Too hot", None, ("tree_shade",))
    assert submission.measures == mine["measures"]


def test_the_same_form_again_and_other_peoples_forms(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign)
    seen, wanted = Seen(1, "form"), Amendment(place_type="street")
    both = [
        decision_amendments.amend(session, account=moderator, submission=submission, seen=seen, wanted=wanted, now=NOW)
        for _ in range(2)
    ]
    assert both[0] is both[1]
    values = {"submission": submission, "wanted": Amendment(place_type="square"), "now": NOW}
    with pytest.raises(Conflict):
        decision_amendments.amend(session, account=moderator, seen=Seen(1), **values)
    stranger = accounts.make(session, cities.make(session, "metz"))
    with pytest.raises(NotAllowed):
        decision_amendments.amend(session, account=stranger, seen=Seen(2), **values)


def test_a_published_point_moves_with_the_map_the_district_and_its_place(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign)
    cities.district(session, city, "nord", half=0.05)
    before = city.map_version
    move(session, moderator, submission, NORTH)
    place = session.get_one(Place, submission.place_id)
    assert (submission.public_point, Point(place.lat, place.lon)) == (NORTH, NORTH)
    assert submission.district is not None
    assert facets(session) == [("heat_island", "square", submission.district_id, 1)]
    session.refresh(city)
    assert (tiles.drift(session, city=city), city.map_version > before) == (0, True)


def test_a_shared_place_stays_where_it_is(session: Session, moderator: Account, city: City, campaign: Campaign) -> None:
    first = submissions.published(session, city, campaign)
    second = submissions.make(session, city, campaign, place_id=first.place_id)
    submissions.publish(session, second)
    move(session, moderator, second, NORTH)
    place = session.get_one(Place, first.place_id)
    assert (Point(place.lat, place.lon), second.place_id, second.point) == (INSIDE, place.id, NORTH)


def test_a_published_idea_gets_a_point_and_a_place(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign, "idea", point=None)
    move(session, moderator, submission, INSIDE)
    assert submission.place_id is not None
    assert (tiles.drift(session, city=city), facets(session)) == (0, [("idea", "", 0, 1)])


def move(session: Session, account: Account, submission: Submission, point: Point) -> None:
    seen = Seen(submission.version)
    decision_amendments.set_point(session, account=account, submission=submission, seen=seen, where=at(point), now=NOW)
