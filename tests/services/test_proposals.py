"""Proposals: what one wants to reject in numbers, another one of the city confirms or drops."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import claims, decision_record, decision_sentences, proposals
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import act
from tests.factories.submissions import NOW


@pytest.fixture
def entries(session: Session, city: City) -> list[Submission]:
    campaign = campaigns.make(session, city)
    return [submissions.make(session, city, campaign) for _ in range(3)]


def propose(session: Session, account: Account, city: City, versions: dict[UUID, int], key: str = "") -> Proposal:
    return proposals.make(
        session, account=account, city=city, versions=versions, reason_code="unclear", key=key, now=NOW
    )


@pytest.fixture
def proposal(session: Session, moderator: Account, city: City, entries: list[Submission]) -> Proposal:
    return propose(session, moderator, city, {entry.id: 1 for entry in entries})


def test_a_second_person_confirms_and_is_in_the_record(
    session: Session, proposal: Proposal, entries: list[Submission], city: City, moderator: Account
) -> None:
    assert proposals.waiting(session, account=moderator, city=city) == [(proposal, 3)]
    second = accounts.make(session, city)
    made = proposals.confirm(session, account=second, proposal=proposal, now=NOW)
    assert {entry.status for entry in entries} == {"rejected"}
    assert {(one.account_id, one.reason_code) for one in made} == {(second.id, "unclear")}
    assert (proposal.status, proposal.ended_by, proposal.ended_at) == ("confirmed", second, NOW)
    assert proposals.waiting(session, account=moderator, city=city) == []
    assert decision_record.verify(session, city=city).fault is None


def test_what_a_third_person_has_open_stays_theirs(
    session: Session, proposal: Proposal, entries: list[Submission], city: City, moderator: Account
) -> None:
    second, third = accounts.make(session, city), accounts.make(session, city)
    # Whoever proposed it has gone on in the queue, where one of them is open again.
    claims.take(session, account=moderator, submission_id=entries[0].id, now=NOW)
    claims.take(session, account=third, submission_id=entries[1].id, now=NOW)
    made = proposals.confirm(session, account=second, proposal=proposal, now=NOW)
    assert {one.submission_id for one in made} == {entries[0].id, entries[2].id}
    assert claims.of_another(session, account=second, submission_id=entries[1].id, now=NOW)


def test_who_proposes_cannot_confirm_but_drop(
    session: Session, proposal: Proposal, entries: list[Submission], moderator: Account
) -> None:
    with pytest.raises(NotAllowed):
        proposals.confirm(session, account=moderator, proposal=proposal, now=NOW)
    proposals.drop(session, account=moderator, proposal=proposal, now=NOW)
    assert (proposal.status, {entry.status for entry in entries}) == ("dropped", {"pending"})


def test_what_has_changed_meanwhile_stays_as_it_is(
    session: Session, proposal: Proposal, entries: list[Submission], city: City, moderator: Account
) -> None:
    act(session, moderator, entries[0], "publish")
    act(session, moderator, entries[1], "set_point")
    made = proposals.confirm(session, account=accounts.make(session, city), proposal=proposal, now=NOW)
    assert [one.submission_id for one in made] == [entries[2].id]
    assert [entry.status for entry in entries] == ["published", "pending", "rejected"]


def test_it_ends_once(session: Session, proposal: Proposal, city: City) -> None:
    second = accounts.make(session, city)
    proposals.confirm(session, account=second, proposal=proposal, now=NOW)
    with pytest.raises(Conflict):
        proposals.confirm(session, account=second, proposal=proposal, now=NOW)
    with pytest.raises(Conflict):
        proposals.drop(session, account=second, proposal=proposal, now=NOW)
    assert len(session.scalars(select(Decision)).all()) == 3


def test_a_repeated_form_makes_one_proposal(
    session: Session, moderator: Account, city: City, entries: list[Submission]
) -> None:
    versions = {entry.id: 1 for entry in entries}
    assert propose(session, moderator, city, versions, "once") is propose(session, moderator, city, versions, "once")


def test_only_what_is_as_it_was_seen_is_proposed(
    session: Session, moderator: Account, city: City, entries: list[Submission]
) -> None:
    act(session, moderator, entries[0], "publish")
    made = propose(session, moderator, city, {entries[0].id: 1, entries[1].id: 1, entries[2].id: 7})
    assert [part.submission_id for part in made.parts] == [entries[1].id]
    with pytest.raises(Conflict):
        propose(session, moderator, city, {entries[0].id: 1})
    with pytest.raises(NotFound):
        propose(session, moderator, city, {uuid4(): 1})


def test_others_see_nothing_of_it(session: Session, proposal: Proposal, city: City, entries: list[Submission]) -> None:
    stranger = accounts.make(session, cities.make(session, "metz"))
    with pytest.raises(NotFound):
        proposals.one(session, account=stranger, proposal_id=proposal.id)
    with pytest.raises(NotFound):
        proposals.waiting(session, account=stranger, city=city)
    with pytest.raises(NotAllowed):
        propose(session, stranger, city, {entries[0].id: 1})
    for step in (proposals.confirm, proposals.drop):
        with pytest.raises(NotAllowed):
            step(session, account=stranger, proposal=proposal, now=NOW)


def test_a_sentence_goes_with_each_rejection_and_not_beside_it(
    session: Session, moderator: Account, city: City, entries: list[Submission]
) -> None:
    known = {"account": moderator, "city": city, "reason_code": "unclear", "key": "", "now": NOW}
    versions = {entry.id: 1 for entry in entries}
    proposal = proposals.make(session, versions=versions, sentence="Bitte genauer.", lang="de", **known)
    assert (proposal.sentence, proposal.sentence_lang) == ("Bitte genauer.", "de")
    made = proposals.confirm(session, account=accounts.make(session, city), proposal=proposal, now=NOW)
    said = [decision_sentences.of_decision(session, decision=one) for one in made]
    assert [(one.text, one.lang) for one in said] == [("Bitte genauer.", "de")] * len(entries)
    # An author who erases an entry finds nothing left of it here.
    assert (proposal.sentence, proposal.sentence_lang) == (None, None)
