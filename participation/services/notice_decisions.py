"""What the city decides on a notice: it was right, or nothing changes; all who reported the same thing are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.notices import ANSWER_MAX, Notice
from participation.services import decision_record, decisions, roles
from participation.services.decision_record import record
from participation.services.decisions import Seen
from participation.text import clean_text

# What can become of a notice: the entry is removed; it, or the place, was changed; nothing changes; it is gone already.
OUTCOMES = ("remove", "changed", "dismiss", "settle")
# What the record calls those that leave what was reported in its state, and that it was not the entry but its place.
STEPS = {"changed": "uphold_report", "dismiss": "keep", "settle": "settle_report"}
PLACE = "place"


@dataclass(frozen=True)
class Verdict:
    """What a moderator chose: the outcome, the reason of a removal, and a sentence to whoever reported it."""

    outcome: str
    reason_code: str = ""
    answer: str = ""
    lang: str = "en"


@dataclass(frozen=True)
class Decided:
    """The notices that are decided now, and the decision as it is recorded, which nothing erased has.

    What is decided about a place stands at one of its entries, whose author it does not concern.
    """

    notices: Sequence[Notice]
    decision: Decision | None = None


def one(session: Session, *, account: Account, city: City, notice_id: UUID) -> Notice:
    """A notice in a city, for those who decide there; NotFound for all others."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.city_id != city.id or not roles.may_in(account, "decide", city):
        raise NotFound("notice_unknown")
    return notice


def take(session: Session, *, account: Account, city: City, notice_id: UUID) -> None:
    """Look after a notice; NotFound as `one`."""
    one(session, account=account, city=city, notice_id=notice_id).keeper_id = account.id
    session.flush()


def outcomes(notice: Notice) -> tuple[str, ...]:
    """What can become of it: an entry that is not public any more needs no decision."""
    if notice.submission is None:
        return ("changed", "dismiss")
    return ("remove", "changed", "dismiss") if notice.submission.status == "published" else ("settle",)


def decide(
    session: Session, *, account: Account, notice: Notice, verdict: Verdict, seen: Seen, now: datetime
) -> Decided:
    """Decide on a notice; a removal answers everybody who reported the same entry.

    Raises FormInvalid by field, and Conflict where somebody has decided on the notice or the entry meanwhile.
    """
    answer = _checked(notice, verdict)
    # The city before what belongs to it, as everywhere, so that nobody waits in a circle.
    decision_record.hold_city(session, city_id=notice.city_id)
    if notice.submission:
        decision_record.hold(session, submission=notice.submission)
    session.refresh(notice, with_for_update=True)
    if notice.status != "received" or verdict.outcome not in outcomes(notice):
        raise Conflict("already_decided", status=notice.status)
    decision = _act(session, account=account, notice=notice, verdict=verdict, seen=seen, now=now)
    answered = _same(session, notice) if verdict.outcome == "remove" else [notice]
    for one_of_them in answered:
        one_of_them.status = {"dismiss": "dismissed", "settle": "settled"}.get(verdict.outcome, "upheld")
        one_of_them.decided_at, one_of_them.decided_by_id = now, account.id
        one_of_them.decision = decision
        one_of_them.answer, one_of_them.answer_lang = answer or None, verdict.lang if answer else None
    session.flush()
    return Decided(answered, decision)


def led_to(session: Session, *, decision: Decision) -> bool:
    """Whether a notice led to a decision on an entry; its author may know that, not whose it was."""
    return session.scalar(select(Notice.id).where(Notice.decision_id == decision.id).limit(1)) is not None


def was_reported(session: Session, *, decision: Decision) -> bool:
    """Whether a notice about the entry waited when it was decided on."""
    waited = or_(Notice.decided_at.is_(None), Notice.decided_at >= decision.at)
    about = Notice.submission_id == decision.submission_id, Notice.created_at <= decision.at
    return session.scalar(select(Notice.id).where(*about, waited).limit(1)) is not None


def _act(
    session: Session, *, account: Account, notice: Notice, verdict: Verdict, seen: Seen, now: datetime
) -> Decision | None:
    about, code = notice.submission, verdict.reason_code
    if about and verdict.outcome == "remove":
        return decisions.remove(session, account=account, submission=about, seen=seen, reason_code=code, now=now)
    if about and verdict.outcome == "dismiss":
        return decisions.keep(session, account=account, submission=about, seen=seen, now=now)
    # What was changed was recorded when it was; here it does not matter which version somebody saw.
    step: dict[str, Any] = {"action": STEPS[verdict.outcome], "now": now, "account": account}
    if about is None and notice.place_id:
        about = decision_record.hold_place(session, city_id=notice.city_id, place_id=notice.place_id)
        step |= {"details": (PLACE,), "places": (notice.place_id, notice.place_id)}
    # The record of an entry ends when its author erases it: that the report is closed stands with the report.
    if about is None or about.status == "erased":
        return None
    return record(session, submission=about, **step)


def _same(session: Session, notice: Notice) -> Sequence[Notice]:
    query = select(Notice).where(Notice.submission_id == notice.submission_id, Notice.status == "received")
    return session.scalars(query.order_by(Notice.id).with_for_update()).all()


def _checked(notice: Notice, verdict: Verdict) -> str:
    """The answer as it is stored; raises FormInvalid."""
    answer, problems = clean_text(verdict.answer), {}
    if verdict.outcome not in outcomes(notice):
        problems["outcome"] = Problem(
            "unknown_code" if verdict.outcome else "required", {"value": verdict.outcome[:60]}
        )
    if verdict.outcome == "remove" and not verdict.reason_code:
        problems["reason_code"] = Problem("required")
    if verdict.outcome == "dismiss" and not answer:
        problems["answer"] = Problem("answer_required")
    if len(answer) > ANSWER_MAX:
        problems["answer"] = Problem("too_long", {"max": ANSWER_MAX, "length": len(answer)})
    if problems:
        raise FormInvalid(problems)
    return answer
