"""A sentence belongs to one decision, is stored once, and goes with the content of the entry."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import FormInvalid
from participation.models.decision_sentences import SENTENCE_MAX
from participation.models.decisions import Decision
from participation.services import decision_sentences, receipts
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import act, recorded
from tests.factories.submissions import NOW


@pytest.fixture
def rejection(session: Session) -> Decision:
    city = cities.make(session)
    submission = submissions.make(session, city, campaigns.make(session, city))
    act(session, accounts.make(session, city), submission, "reject")
    [decision] = recorded(session, city)
    return decision


def test_it_is_said_once(session: Session, rejection: Decision) -> None:
    decision_sentences.say(session, decision=rejection, text=" ", lang="de")
    assert decision_sentences.of_decision(session, decision=rejection) is None
    for text in (" Bitte ohne\r\nNamen. ", "another"):
        decision_sentences.say(session, decision=rejection, text=text, lang="de")
    said = decision_sentences.of_submission(session, submission_id=rejection.submission_id)
    assert {key: (one.text, one.lang) for key, one in said.items()} == {rejection.id: ("Bitte ohne\nNamen.", "de")}


def test_a_long_one_is_refused(session: Session, rejection: Decision) -> None:
    with pytest.raises(FormInvalid):
        decision_sentences.say(session, decision=rejection, text="x" * (SENTENCE_MAX + 1), lang="de")


def test_it_is_erased_with_the_entry(session: Session, rejection: Decision) -> None:
    decision_sentences.say(session, decision=rejection, text="Who is Ms Example?", lang="en")
    receipts.erase(session, submission=rejection.submission, now=NOW)
    session.expire_all()
    assert decision_sentences.of_decision(session, decision=rejection) is None
