"""The sentences that moderators add to a decision for its author."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, Problem
from participation.models.decision_sentences import SENTENCE_MAX, DecisionSentence
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.text import clean_text


def check(text: str) -> str:
    """A sentence as it is stored; raises FormInvalid for one that is too long."""
    text = clean_text(text)
    if len(text) > SENTENCE_MAX:
        raise FormInvalid({"sentence": Problem("too_long", {"max": SENTENCE_MAX, "length": len(text)})})
    return text


def say(session: Session, *, decision: Decision, text: str, lang: str) -> None:
    """Add a sentence to a decision; nothing where there is none, or where a repeated form has added it already."""
    text = check(text)
    if text and session.get(DecisionSentence, decision.id) is None:
        session.add(DecisionSentence(decision_id=decision.id, text=text, lang=lang))
        session.flush()


def of_decision(session: Session, *, decision: Decision) -> DecisionSentence | None:
    """The sentence to the author."""
    return session.get(DecisionSentence, decision.id)


def of_submission(session: Session, *, submission_id: UUID) -> Mapping[int, DecisionSentence]:
    """All sentences about a submission, by the id of the decision."""
    query = select(DecisionSentence).join(Decision, Decision.id == DecisionSentence.decision_id)
    found = session.scalars(query.where(Decision.submission_id == submission_id))
    return {sentence.decision_id: sentence for sentence in found}


def forget(session: Session, *, submission: Submission) -> None:
    """Delete what was said about a submission that is erased: it may quote it."""
    about = select(Decision.id).where(Decision.submission_id == submission.id)
    session.execute(delete(DecisionSentence).where(DecisionSentence.decision_id.in_(about)))
