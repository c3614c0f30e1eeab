"""Deciding in the queue: what somebody else has open stays theirs, and many at once stay within their limit."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.claims import Claim
from participation.models.decisions import Decision
from participation.services import claims, decision_record, decision_sentences, queue_decisions
from participation.services.queue_decisions import ACTIONS, MANY, Outcome, Wish
from tests.factories import accounts, cities, submissions
from tests.factories.submissions import NOW


def together(session: Session, account: Account, city: City, versions: dict, wish: Wish) -> Outcome:
    return queue_decisions.decide_many(session, account=account, city=city, versions=versions, wish=wish, now=NOW)


@pytest.mark.parametrize(
    ("action", "status", "looked"),
    [("publish", "published", False), ("reject", "rejected", False), ("second_look", "pending", True)],
)
def test_a_decision_sets_the_entry_free(
    session: Session, city: City, campaign: Campaign, moderator: Account, action: str, status: str, looked: bool
) -> None:
    assert {"publish", "reject", "second_look"} == {*ACTIONS}
    submission = submissions.make(session, city, campaign)
    claims.take(session, account=moderator, submission_id=submission.id, now=NOW)
    wish = Wish(action, "unclear" if action == "reject" else "")
    decision = queue_decisions.decide(session, account=moderator, submission=submission, version=1, wish=wish, now=NOW)
    assert (decision.action, decision.account_id) == (action, moderator.id)
    assert (submission.status, submission.needs_second_look) == (status, looked)
    assert session.scalars(select(Claim)).all() == []


def test_what_somebody_else_has_open_is_theirs_to_decide(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    submission, other = submissions.make(session, city, campaign), accounts.make(session, city)
    claims.take(session, account=other, submission_id=submission.id, now=NOW)
    known = {"account": moderator, "submission": submission, "version": 1, "wish": Wish("publish")}
    with pytest.raises(Conflict, match="claimed"):
        queue_decisions.decide(session, **known, now=NOW)
    queue_decisions.decide(session, **known, now=NOW + claims.LASTS)
    assert submission.status == "published"


@pytest.mark.parametrize("reason", ["", "because"])
def test_a_rejection_needs_a_reason(
    session: Session, city: City, campaign: Campaign, moderator: Account, reason: str
) -> None:
    submission = submissions.make(session, city, campaign)
    wish = Wish("reject", reason)
    with pytest.raises(FormInvalid):
        queue_decisions.decide(session, account=moderator, submission=submission, version=1, wish=wish, now=NOW)
    with pytest.raises(FormInvalid):
        together(session, moderator, city, {submission.id: 1}, wish)
    assert submission.status == "pending"


def test_many_at_once_leave_what_has_changed(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    good, changed, held, pointless = (submissions.make(session, city, campaign) for _ in range(4))
    changed.version = 2
    pointless.lat = pointless.lon = pointless.public_lat = pointless.public_lon = pointless.cell = None
    claims.take(session, account=accounts.make(session, city), submission_id=held.id, now=NOW)
    versions = {one.id: 1 for one in (good, changed, held, pointless)}
    outcome = together(session, moderator, city, versions, Wish("publish", idempotency_key="once"))
    assert [decision.submission_id for decision in outcome.made] == [good.id]
    assert sorted(outcome.left) == sorted([changed.id, held.id, pointless.id])
    again = together(session, moderator, city, {good.id: 1}, Wish("publish", idempotency_key="once"))
    assert again.made == outcome.made
    assert len(session.scalars(select(Decision)).all()) == 1


def test_a_great_many_rejections_become_a_proposal(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    made = [submissions.make(session, city, campaign) for _ in range(MANY)]
    few = {one.id: 1 for one in made[1:]}
    wish = Wish("reject", "advertising_spam")
    outcome = together(session, moderator, city, {one.id: 1 for one in made}, wish)
    assert outcome.proposal
    assert (outcome.made, {one.status for one in made}) == ([], {"pending"})
    assert len(together(session, moderator, city, few, wish).made) == MANY - 1
    assert decision_record.verify(session, city=city).fault is None
    # Publishing as many needs nobody else.
    more = [submissions.make(session, city, campaign) for _ in range(MANY)]
    assert len(together(session, moderator, city, {one.id: 1 for one in more}, Wish("publish")).made) == MANY


def test_many_are_of_one_city_and_at_least_one(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    elsewhere = submissions.make(session, cities.make(session, "metz"), campaign)
    operator = accounts.make(session)
    for account in (moderator, operator):
        with pytest.raises(NotFound):
            together(session, account, city, {elsewhere.id: 1}, Wish("publish"))
    with pytest.raises(NotFound):
        together(session, moderator, city, {uuid4(): 1}, Wish("publish"))
    with pytest.raises(FormInvalid):
        together(session, moderator, city, {}, Wish("publish"))


def test_a_sentence_goes_to_the_author_of_what_is_rejected(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    made = [submissions.make(session, city, campaign) for _ in range(3)]
    wish = Wish("reject", "unclear", sentence=" Merci de préciser. ", lang="fr")
    known = {"account": moderator, "wish": wish, "now": NOW}
    first = queue_decisions.decide(session, submission=made[0], version=1, **known)
    outcome = queue_decisions.decide_many(session, city=city, versions={one.id: 1 for one in made[1:]}, **known)
    for decision in (first, *outcome.made):
        said = decision_sentences.of_decision(session, decision=decision)
        assert (said.text, said.lang) == ("Merci de préciser.", "fr")


def test_a_sentence_that_is_too_long_is_refused_and_nothing_is_decided(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    submission = submissions.make(session, city, campaign)
    known = {"account": moderator, "wish": Wish("reject", "unclear", sentence="x" * 501, lang="en"), "now": NOW}
    with pytest.raises(FormInvalid):
        queue_decisions.decide_many(session, city=city, versions={submission.id: 1}, **known)
    assert submission.status == "pending"
    with pytest.raises(FormInvalid):
        queue_decisions.decide(session, submission=submission, version=1, **known)
