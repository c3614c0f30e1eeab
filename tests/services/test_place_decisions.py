"""Joining, splitting, naming, merging and back again: nothing is counted twice, nothing is lost, all is logged."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound
from participation.geo import Point
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.notices import Notice
from participation.models.places import Place, PlaceMerge, Reply, Support
from participation.models.submissions import Submission
from participation.services import (
    decision_record,
    place_decisions,
    place_merges,
    places,
    receipts,
    replies,
    supports,
    tiles,
)
from participation.services.decisions import Seen
from tests.factories import accounts, cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW

NEARBY = Point(INSIDE.lat + 0.0003, INSIDE.lon)


@pytest.fixture
def here(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.published(session, city, campaign)


@pytest.fixture
def there(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.published(session, city, campaign, point=NEARBY, place_name="The fountain")


def join(session: Session, account: Account, submission: Submission, place_id: UUID | None) -> Decision:
    seen = Seen(submission.version)
    assert place_id
    return place_decisions.join(session, account=account, submission=submission, seen=seen, place_id=place_id, now=NOW)


def split(session: Session, account: Account, submission: Submission) -> Decision:
    seen = Seen(submission.version)
    return place_decisions.split(session, account=account, submission=submission, seen=seen, now=NOW)


def name(session: Session, account: Account, submission: Submission, wanted: str) -> Decision:
    seen = Seen(submission.version)
    return place_decisions.name(session, account=account, submission=submission, seen=seen, name=wanted, now=NOW)


def merge(session: Session, account: Account, city: City, place_id: UUID | None, into_id: UUID | None) -> Decision:
    both = {"place": session.get_one(Place, place_id), "into": session.get_one(Place, into_id)}
    return place_merges.merge(session, account=account, city=city, now=NOW, **both)


def unmerge(session: Session, account: Account, city: City, place_id: UUID | None) -> Decision:
    assert place_id
    return place_merges.unmerge(session, account=account, city=city, place_id=place_id, now=NOW)


def whole(session: Session) -> dict[str, list[Any]]:
    """Everything that belongs to places, comparable."""
    session.flush()
    session.expire_all()
    return {
        "places": sorted((one.id, one.name, one.lat, one.lon) for one in session.scalars(select(Place))),
        "submissions": sorted(
            (one.id, one.place_id, one.about_place_id) for one in session.scalars(select(Submission))
        ),
        "supports": sorted(
            (one.place_id, one.contributor_id, one.created_at) for one in session.scalars(select(Support))
        ),
        "replies": sorted((one.place_id, one.lang, one.text, one.created_at) for one in session.scalars(select(Reply))),
        "notices": sorted((one.id, one.place_id) for one in session.scalars(select(Notice))),
    }


def test_a_pending_one_joins_the_place_it_is_published_at(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission
) -> None:
    pending = submissions.make(session, city, campaign, point=NEARBY)
    decision = join(session, moderator, pending, here.place_id)
    assert (decision.action, decision.from_place_id, decision.to_place_id) == ("join", None, here.place_id)
    submissions.publish(session, pending)
    assert pending.place_id == here.place_id
    assert len(session.scalars(select(Place)).all()) == 1
    split(session, moderator, pending)
    assert pending.place_id not in (None, here.place_id)
    place = session.get_one(Place, pending.place_id)
    assert (Point(place.lat, place.lon), tiles.drift(session, city=city)) == (NEARBY, 0)
    assert decision_record.verify(session, city=city).fault is None


def test_one_of_several_joins_another_place_and_leaves_the_support(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission, there: Submission
) -> None:
    more = submissions.published(session, city, campaign, place_id=here.place_id)
    supports.give(session, city=city, place=session.get_one(Place, here.place_id), contributor_key="a", now=NOW)
    before = city.map_version
    join(session, moderator, more, there.place_id)
    assert (more.place_id, here.place_id != there.place_id) == (there.place_id, True)
    assert supports.number(session, place_id=here.place_id) == 1
    assert session.scalars(select(PlaceMerge)).all() == []
    session.refresh(city)
    assert city.map_version > before


def test_the_only_one_takes_its_place_along(
    session: Session, moderator: Account, city: City, here: Submission, there: Submission
) -> None:
    before, had = whole(session), here.place_id
    supports.give(session, city=city, place=session.get_one(Place, had), contributor_key="a", now=NOW)
    decision = join(session, moderator, here, there.place_id)
    assert (decision.action, here.place_id) == ("join", there.place_id)
    assert supports.number(session, place_id=there.place_id) == 1
    unmerge(session, moderator, city, had)
    assert whole(session)["submissions"] == before["submissions"]
    assert supports.number(session, place_id=had) == 1


def test_what_cannot_be_joined_or_split(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission, there: Submission
) -> None:
    elsewhere = submissions.published(session, cities.make(session, "metz"), campaign)
    for place_id, code in ((here.place_id, "same_place"), (uuid4(), "place_unknown")):
        with pytest.raises(FormInvalid) as caught:
            join(session, moderator, here, place_id)
        assert caught.value.problems["place"].code == code
    with pytest.raises(FormInvalid):
        join(session, moderator, here, elsewhere.place_id)
    with pytest.raises(FormInvalid) as caught:
        split(session, moderator, here)
    assert caught.value.problems["place"].code == "alone_at_place"
    had = here.place_id
    merge(session, moderator, city, had, there.place_id)
    with pytest.raises(FormInvalid):
        join(session, moderator, there, had)
    stranger = accounts.make(session, elsewhere.city)
    with pytest.raises(NotAllowed):
        join(session, stranger, here, there.place_id)
    with pytest.raises(NotAllowed):
        merge(session, stranger, city, here.place_id, there.place_id)


def test_a_place_gets_a_name_and_loses_it(session: Session, moderator: Account, city: City, here: Submission) -> None:
    before = city.map_version
    decision = name(session, moderator, here, "  The  hot corner ")
    place = session.get_one(Place, here.place_id)
    assert (place.name, decision.action, decision.to_place_id) == ("The hot corner", "name_place", place.id)
    session.refresh(city)
    assert city.map_version > before
    for wanted, code in (("The hot corner", "nothing_changed"), ("x" * 81, "too_long")):
        with pytest.raises(FormInvalid) as caught:
            name(session, moderator, here, wanted)
        assert caught.value.problems["name"].code == code
    name(session, moderator, here, "")
    assert place.name is None


def furnished(session: Session, account: Account, city: City, here: Submission, there: Submission) -> None:
    """Support of both and of one, answers in one and in both, feedback and a report about one."""
    one, other = session.get_one(Place, here.place_id), session.get_one(Place, there.place_id)
    for place, keys in ((one, "ab"), (other, "bc")):
        for key in keys:
            supports.give(session, city=city, place=place, contributor_key=key, now=NOW)
    for place, langs in ((one, ("de", "fr")), (other, ("de",))):
        for lang in langs:
            text = f"{lang} at {place.lat}"
            replies.give(session, account=account, city=city, place=place, lang=lang, text=text, now=NOW)
    session.add(Notice(city_id=city.id, place_id=one.id, ground="other", explanation="?", lang="de", created_at=NOW))
    feedback = submissions.make(session, city, here.campaign, "feedback")
    feedback.about_place_id = one.id
    session.flush()


def test_a_merge_moves_everything_and_is_undone_exactly(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission, there: Submission
) -> None:
    second = submissions.published(session, city, campaign, "idea", place_id=here.place_id)
    receipts.withdraw(session, submission=second, now=NOW)
    furnished(session, moderator, city, here, there)
    before, had, into = whole(session), here.place_id, there.place_id
    merge(session, moderator, city, had, into)
    after = whole(session)
    assert {place for _, place, _ in after["submissions"] if place} == {into}
    assert supports.number(session, place_id=into) == 3
    assert {lang: text for place, lang, text, _ in after["replies"] if place == into} == {
        "de": f"de at {NEARBY.lat}",
        "fr": f"fr at {INSIDE.lat}",
    }
    assert [place for _, place in after["notices"]] == [into]
    assert places.merged_into(session, city=city, place_id=had) == into
    with pytest.raises(NotFound):
        places.public(session, city=city, place_id=had)
    assert tiles.drift(session, city=city) == 0
    unmerge(session, moderator, city, had)
    assert whole(session) == before
    assert places.merged_into(session, city=city, place_id=had) is None
    actions = session.scalars(select(Decision.action).where(Decision.submission_id == here.id).order_by(Decision.id))
    assert list(actions) == ["publish", "reply", "reply", "merge", "unmerge"]
    assert decision_record.verify(session, city=city).fault is None


def test_what_happened_meanwhile_is_respected(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission, there: Submission
) -> None:
    furnished(session, moderator, city, here, there)
    had, into = here.place_id, session.get_one(Place, there.place_id)
    merge(session, moderator, city, had, into.id)
    for key in "ab":
        supports.take_back(session, place=into, campaign=campaign, contributor_key=key)
    replies.give(session, account=moderator, city=city, place=into, lang="fr", text="Written anew", now=NOW)
    unmerge(session, moderator, city, had)
    assert [supports.number(session, place_id=one) for one in (had, into.id)] == [0, 1]
    texts = {(reply.place_id, reply.lang): reply.text for reply in session.scalars(select(Reply))}
    assert texts[into.id, "fr"] == "Written anew"
    assert texts[had, "fr"] == f"fr at {INSIDE.lat}"  # type: ignore[index]


def test_merges_are_undone_from_the_last_one(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission, there: Submission
) -> None:
    third = submissions.published(session, city, campaign)
    ids = [here.place_id, there.place_id, third.place_id]
    before = whole(session)
    merge(session, moderator, city, ids[0], ids[1])
    merge(session, moderator, city, ids[1], ids[2])
    assert places.merged_into(session, city=city, place_id=ids[0]) == ids[2]  # type: ignore[arg-type]
    for first, second in ((ids[0], ids[1]), (ids[2], ids[0])):
        with pytest.raises(Conflict):
            merge(session, moderator, city, first, second)
    with pytest.raises(Conflict, match="cannot_unmerge"):
        unmerge(session, moderator, city, ids[0])
    unmerge(session, moderator, city, ids[1])
    unmerge(session, moderator, city, ids[0])
    assert whole(session) == before
    with pytest.raises(NotFound):
        unmerge(session, moderator, city, ids[0])


def test_what_was_merged_is_forgotten_with_what_is_erased(
    session: Session, moderator: Account, city: City, here: Submission, there: Submission
) -> None:
    furnished(session, moderator, city, here, there)
    merge(session, moderator, city, there.place_id, here.place_id)
    receipts.erase(session, submission=there, now=NOW)
    session.flush()
    assert session.scalars(select(PlaceMerge)).all() == []
    assert [place.name for place in session.scalars(select(Place))] == [None]
    receipts.erase(session, submission=here, now=NOW)
    assert session.scalars(select(Place)).all() == []
    assert decision_record.verify(session, city=city).fault is None


def test_a_place_with_a_merged_one_in_it_goes_as_a_whole(
    session: Session, moderator: Account, city: City, campaign: Campaign, here: Submission, there: Submission
) -> None:
    merge(session, moderator, city, there.place_id, here.place_id)
    split(session, moderator, there)
    receipts.erase(session, submission=here, now=NOW)
    session.expire_all()
    assert [place.id for place in session.scalars(select(Place))] == [there.place_id]
    assert session.scalars(select(PlaceMerge)).all() == []
