"""Deciding in the queue: on the entry that one has open, or on many at once for the same reason."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import REASON_CODES, Decision
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import decision_sentences, decisions, proposals
from participation.services.decisions import Seen

ACTIONS = ("publish", "reject", "second_look")
# From how many rejections at once on a second person has to confirm them.
MANY = 21


@dataclass(frozen=True)
class Wish:
    """What a moderator wants: one of ACTIONS, a rejection with its reason, and the key of the form they used.

    `sentence` is what they add to a rejection for the author, in the language `lang`.
    """

    action: str
    reason_code: str = ""
    idempotency_key: str = ""
    sentence: str = ""
    lang: str = ""


@dataclass
class Outcome:
    """What became of many: the decisions, the ids of those that could not be decided on, or a proposal instead."""

    made: list[Decision] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)
    proposal: Proposal | None = None


def decide(
    session: Session, *, account: Account, submission: Submission, version: int, wish: Wish, now: datetime
) -> Decision:
    """Take the decision on an entry in the version that was seen.

    Raises Conflict where somebody else has it open or was faster, and FormInvalid for what cannot be done.
    """
    decision = _taken(session, account, submission, Seen(version, wish.idempotency_key), wish, now=now)
    decision_sentences.say(session, decision=decision, text=wish.sentence, lang=wish.lang)
    return decision


def decide_many(
    session: Session, *, account: Account, city: City, versions: dict[UUID, int], wish: Wish, now: datetime
) -> Outcome:
    """Take the same decision on each of these entries of a city; one that has changed meanwhile is left as it is.

    For MANY rejections a proposal is made instead. Raises FormInvalid for a rejection without a reason or with too
    long a sentence, and NotFound for what is of another city.
    """
    if not decisions.may_decide(account, city):
        raise NotFound("city_unknown", slug=city.slug)
    if not versions:
        raise FormInvalid({"chosen": Problem("nothing_chosen")})
    sentence = decision_sentences.check(wish.sentence)
    if wish.action == "reject":
        _check_reason(wish.reason_code)
        if len(versions) >= MANY:
            proposal = proposals.make(
                session,
                account=account,
                city=city,
                versions=versions,
                reason_code=wish.reason_code,
                sentence=sentence,
                lang=wish.lang,
                key=wish.idempotency_key,
                now=now,
            )
            return Outcome(proposal=proposal)
    outcome = Outcome()
    for submission_id, version in sorted(versions.items()):
        submission = decisions.submission_for(session, account=account, submission_id=submission_id)
        if submission.city_id != city.id:
            raise NotFound("submission_unknown")
        known = {"account": account, "submission": submission, "version": version, "wish": wish, "now": now}
        try:
            with session.begin_nested():
                outcome.made.append(decide(session, **known))  # type: ignore[arg-type]
        except (Conflict, FormInvalid):
            outcome.left.append(submission_id)
    return outcome


def _taken(
    session: Session, account: Account, submission: Submission, seen: Seen, wish: Wish, *, now: datetime
) -> Decision:
    if wish.action == "publish":
        return decisions.publish(session, account=account, submission=submission, seen=seen, now=now)
    if wish.action == "second_look":
        return decisions.second_look(session, account=account, submission=submission, seen=seen, now=now)
    _check_reason(wish.reason_code)
    return decisions.reject(
        session, account=account, submission=submission, seen=seen, reason_code=wish.reason_code, now=now
    )


def _check_reason(code: str) -> None:
    if code not in REASON_CODES:
        raise FormInvalid({"reason_code": Problem("unknown_code" if code else "required", {"value": code[:60]})})
