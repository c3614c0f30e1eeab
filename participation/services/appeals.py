"""Objections: authors object to a refusal or redaction by their receipt, and somebody else decides again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound, Problem
from participation.models.accounts import Account
from participation.models.appeals import ANSWER_MAX, TEXT_MAX, Appeal
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME, Decision
from participation.models.submissions import Submission
from participation.services import decision_makers, decision_record, decisions, originals, redactions, roles
from participation.services.cities import numbers
from participation.services.decisions import Seen
from participation.services.paging import turn
from participation.text import clean_text

REFUSALS = {"rejected": "reject", "removed": "remove"}
TEXT_MIN = 10
PAGE = 25


def restriction(session: Session, *, submission: Submission) -> Decision | None:
    """The decision by which a submission is rejected, removed, or published only in parts at the moment."""
    hidden = submission.status == "published" and submission.redacted_at
    action = "redact" if hidden else REFUSALS.get(submission.status)
    query = select(Decision).where(Decision.submission_id == submission.id, Decision.action == action)
    # Of old, nobody said why something was hidden.
    said = query.where(Decision.reason_code.is_not(None)).order_by(Decision.id.desc()).limit(1)
    return session.scalar(said) if action else None


def ends(decision: Decision) -> datetime:
    """Until when an author may object to a decision."""
    return decision.at + APPEAL_TIME


def open_to(session: Session, *, submission: Submission, now: datetime) -> Decision | None:
    """The decision to which the author may object now; None where there is none, or somebody has objected already."""
    decision = restriction(session, submission=submission)
    if decision is None or now >= ends(decision) or of_decision(session, decision=decision):
        return None
    return decision if can_be_reversed(session, decision=decision) else None


def can_be_reversed(session: Session, *, decision: Decision) -> bool:
    """Whether an objection could change anything: what was hidden may be deleted for good by now."""
    return decision.action != "redact" or originals.of(session, submission=decision.submission) is not None


def of_decision(session: Session, *, decision: Decision) -> Appeal | None:
    """The objection to a decision."""
    return session.scalar(select(Appeal).where(Appeal.decision_id == decision.id))


def of_submission(session: Session, *, submission: Submission) -> Sequence[Appeal]:
    """All objections of an author, the newest first."""
    return session.scalars(select(Appeal).where(Appeal.submission_id == submission.id).order_by(Appeal.id.desc())).all()


def give(session: Session, *, submission: Submission, text: str, lang: str, now: datetime) -> Appeal:
    """Object to the rejection, removal or redaction of a submission, once.

    Raises FormInvalid for a text that is too short or too long, and Conflict where nobody can object (any more).
    """
    text = clean_text(text)
    if len(text) < TEXT_MIN:
        raise FormInvalid({"text": Problem("too_short", {"min": TEXT_MIN, "length": len(text)})})
    if len(text) > TEXT_MAX:
        raise FormInvalid({"text": Problem("too_long", {"max": TEXT_MAX, "length": len(text)})})
    decision = open_to(session, submission=submission, now=now)
    if decision is None:
        raise Conflict("no_objection", status=submission.status)
    appeal = Appeal(
        city_id=submission.city_id, submission=submission, decision=decision, text=text, lang=lang, created_at=now
    )
    try:
        with session.begin_nested():
            session.add(appeal)
    except IntegrityError as error:
        # A double click: the other request stored it a moment ago.
        raise Conflict("no_objection", status=submission.status) from error
    return appeal


def is_waiting(session: Session, *, submission: Submission) -> bool:
    """Whether an objection of the author waits for a decision."""
    query = select(Appeal.id).where(Appeal.submission_id == submission.id, Appeal.status == "received")
    return session.scalar(query.limit(1)) is not None


def waiting(session: Session, *, cities: Sequence[City]) -> dict[int, int]:
    """How many objections wait for a decision, by the id of the city."""
    return numbers(session, cities=cities, of=Appeal, status="received")


def listing(session: Session, *, account: Account, city: City, page: int = 1) -> tuple[Sequence[Appeal], int]:
    """A page of what waits in a city, oldest first, and how many pages there are.

    For an account that may not decide there it is NotFound, so that nothing is given away.
    """
    if not roles.may_in(account, "decide", city):
        raise NotFound("city_unknown", slug=city.slug)
    total = waiting(session, cities=[city])[city.id]
    query = (
        select(Appeal)
        .where(Appeal.city_id == city.id, Appeal.status == "received")
        .options(joinedload(Appeal.decision), joinedload(Appeal.keeper))
        .options(joinedload(Appeal.submission).joinedload(Submission.campaign))
        .order_by(Appeal.id)
    )
    on_page, pages = turn(query, total=total, page=page, size=PAGE)
    return session.scalars(on_page).all(), pages


def one(session: Session, *, account: Account, city: City, appeal_id: UUID) -> Appeal:
    """An objection in a city, for those who decide there; NotFound for all others."""
    appeal = session.get(Appeal, appeal_id)
    if appeal is None or appeal.city_id != city.id or not roles.may_in(account, "decide", city):
        raise NotFound("appeal_unknown")
    return appeal


def is_free(session: Session, *, account: Account, appeal: Appeal) -> bool:
    """Whether somebody may decide on it: not whoever made or proposed the decision that the author objects to."""
    return account.id not in _deciders(session, appeal)


def others(session: Session, *, appeal: Appeal) -> int:
    """How many people of the city could decide on it, because they did not before."""
    query = select(Account.id).where(Account.city_id == appeal.city_id, Account.active)
    return len({*session.scalars(query)} - _deciders(session, appeal))


def take(session: Session, *, account: Account, city: City, appeal_id: UUID) -> None:
    """Look after an objection; NotFound as `one`."""
    one(session, account=account, city=city, appeal_id=appeal_id).keeper_id = account.id
    session.flush()


def decide(
    session: Session,
    *,
    account: Account,
    appeal: Appeal,
    seen: Seen,
    reverse: bool,
    answer: str,
    lang: str,
    now: datetime,
) -> Decision:
    """Let the decision stand, or take it back, with a sentence to the author.

    Then what was refused waits again, and what was redacted is shown again as it was sent.

    Raises NotAllowed for whoever made the decision, FormInvalid for a long answer or none where the decision stands,
    and Conflict where somebody was faster.
    """
    if not is_free(session, account=account, appeal=appeal):
        raise NotAllowed("decided_it_yourself")
    answer = _answer(answer, needed=not reverse)
    # The city before what belongs to it, as everywhere, so that nobody waits in a circle.
    decision_record.hold(session, submission=appeal.submission)
    session.refresh(appeal, with_for_update=True)
    if appeal.status != "received":
        raise Conflict("already_decided", status=appeal.status)
    known: dict[str, Any] = {"account": account, "submission": appeal.submission, "seen": seen, "now": now}
    if _is_redaction(appeal):
        decision = redactions.answer(session, **known, show=reverse)
    else:
        decision = (decisions.reopen if reverse else decisions.keep)(session, **known)
        # Whoever publishes it after all should see that it was refused before.
        appeal.submission.needs_second_look = reverse
    appeal.status = "reversed" if reverse else "upheld"
    appeal.decided_at, appeal.decided_by_id = now, account.id
    appeal.answer, appeal.answer_lang = answer or None, lang if answer else None
    session.flush()
    return decision


def forget(session: Session, *, submission: Submission) -> None:
    """Delete what an author has objected: one that waits goes whole, of the others remains that they were decided."""
    own = Appeal.submission_id == submission.id
    session.execute(delete(Appeal).where(own, Appeal.status == "received"))
    session.execute(update(Appeal).where(own).values(text="", answer=None, answer_lang=None))


def _deciders(session: Session, appeal: Appeal) -> set[int | None]:
    decided = redactions.redactors if _is_redaction(appeal) else decision_makers.of
    return {appeal.decision.account_id, *decided(session, submission=appeal.submission)}


def _is_redaction(appeal: Appeal) -> bool:
    return appeal.decision.action == "redact"


def _answer(text: str, *, needed: bool) -> str:
    text = clean_text(text)
    if needed and not text:
        raise FormInvalid({"answer": Problem("answer_required")})
    if len(text) > ANSWER_MAX:
        raise FormInvalid({"answer": Problem("too_long", {"max": ANSWER_MAX, "length": len(text)})})
    return text
