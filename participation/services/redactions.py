"""Redacting: what is hidden before or after publishing, and who shows it again or deletes it for good."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import private_details
from participation.errors import Conflict, FormInvalid, NotAllowed, Problem
from participation.models.accounts import Account
from participation.models.decisions import HIDING_REASONS, Decision
from participation.models.originals import WISHES, Original
from participation.models.submissions import Submission
from participation.services import claims, decisions, originals, tiles
from participation.services.decision_record import record
from participation.services.decisions import Seen, held
from participation.services.originals import Hidden

STATES = ("pending", "published")
# As long as there is an original, it can be asked for, whatever has become of the submission.
WITH_ORIGINAL = ("pending", "published", "rejected", "withdrawn", "removed")


def redact(
    session: Session,
    *,
    account: Account,
    submission: Submission,
    seen: Seen,
    hidden: Hidden,
    folder: Path,
    now: datetime,
    reason_code: str = HIDING_REASONS[0],
) -> Decision:
    """Hide words of the text, parts of the photo or the name of the place; the original is kept for APPEAL_TIME.

    `folder` is where photos lie. Raises FormInvalid where nothing is marked, and for what is no reason to hide it.
    """
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="redact", states=STATES)
    if before:
        return before
    if reason_code not in HIDING_REASONS:
        raise FormInvalid({"reason_code": Problem("unknown_code", {"value": reason_code[:60]})})
    parts = hidden.parts(submission)
    if not parts:
        raise FormInvalid({"words": Problem("nothing_marked")})
    try:
        originals.hide(session, submission=submission, hidden=hidden, folder=folder, now=now)
    except ValueError as error:
        raise FormInvalid({"words": Problem("nothing_marked")}) from error
    if submission.status == "published":
        tiles.touch(session, city_id=submission.city_id)
    why: dict[str, Any] = {"reason_code": reason_code, "details": parts, "key": seen.idempotency_key}
    return record(session, submission=submission, action="redact", now=now, account=account, **why)


def publish_redacted(
    session: Session,
    *,
    account: Account,
    submission: Submission,
    seen: Seen,
    hidden: Hidden,
    folder: Path,
    now: datetime,
    reason_code: str = HIDING_REASONS[0],
) -> Decision:
    """Redact a pending submission and publish what is left, in one step."""
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="publish")
    if before:
        return before
    step: dict[str, Any] = {"hidden": hidden, "folder": folder, "reason_code": reason_code}
    redact(session, account=account, submission=submission, seen=seen, now=now, **step)
    seen = Seen(submission.version, seen.idempotency_key)
    return decisions.publish(session, account=account, submission=submission, seen=seen, now=now)


def ask(
    session: Session, *, account: Account, submission: Submission, seen: Seen, wish: str, now: datetime
) -> Decision:
    """Ask somebody else to undo a redaction, or to delete the original before its time."""
    action = f"ask_{wish}"
    before = held(
        session, account=account, submission=submission, seen=seen, now=now, action=action, states=WITH_ORIGINAL
    )
    if before:
        return before
    original = originals.of(session, submission=submission)
    if original is None or original.wish or wish not in WISHES:
        raise Conflict("already_decided", status=submission.status)
    _keep_for_objection(session, submission, wish)
    original.wish, original.wished_by_id = wish, account.id
    key = seen.idempotency_key
    return record(session, submission=submission, action=action, now=now, account=account, key=key)


def grant(
    session: Session, *, account: Account, submission: Submission, seen: Seen, folder: Path, now: datetime
) -> Decision:
    """Do what somebody else has asked for; raises NotAllowed for the account that asked."""
    original = originals.of(session, submission=submission)
    action = (original.wish if original else None) or "restore"
    _let_go(session, original)
    before = held(
        session, account=account, submission=submission, seen=seen, now=now, action=action, states=WITH_ORIGINAL
    )
    if before:
        return before
    if original is None or original.wish is None:
        raise Conflict("already_decided", status=submission.status)
    if original.wished_by_id == account.id:
        raise NotAllowed("needs_somebody_else")
    _keep_for_objection(session, submission, action)
    if action == "restore":
        originals.put_back(session, submission=submission, folder=folder)
        tiles.touch(session, city_id=submission.city_id)
    else:
        originals.forget(session, submission=submission, folder=folder)
    key = seen.idempotency_key
    return record(session, submission=submission, action=action, now=now, account=account, key=key)


def refuse(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Leave the redaction as it is, although somebody has asked; also who asked can say so."""
    original = originals.of(session, submission=submission)
    _let_go(session, original)
    before = held(
        session, account=account, submission=submission, seen=seen, now=now, action="keep", states=WITH_ORIGINAL
    )
    if before:
        return before
    if original is None or original.wish is None:
        raise Conflict("already_decided", status=submission.status)
    original.wish = original.wished_by_id = None
    key = seen.idempotency_key
    return record(session, submission=submission, action="keep", now=now, account=account, key=key)


def redactors(session: Session, *, submission: Submission) -> set[int]:
    """Who has hidden something in a submission; they do not decide on an objection to that."""
    query = select(Decision.account_id).where(Decision.submission_id == submission.id, Decision.action == "redact")
    return {account_id for account_id in session.scalars(query) if account_id is not None}


def answer(
    session: Session, *, account: Account, submission: Submission, seen: Seen, show: bool, now: datetime
) -> Decision:
    """Decide on the author's objection to a redaction: show again what they sent, or leave it hidden.

    What is shown again already stays as it is. Raises NotAllowed for the accounts that have hidden it.
    """
    shown = show and originals.of(session, submission=submission) is not None
    action = "restore" if shown else "keep"
    before = held(
        session, account=account, submission=submission, seen=seen, now=now, action=action, states=WITH_ORIGINAL
    )
    if before:
        return before
    if account.id in redactors(session, submission=submission):
        raise NotAllowed("decided_it_yourself")
    if shown:
        originals.put_back(session, submission=submission, folder=None)
        tiles.touch(session, city_id=submission.city_id)
    key = seen.idempotency_key
    return record(session, submission=submission, action=action, now=now, account=account, key=key)


def suggested(submission: Submission) -> set[int]:
    """The numbers of the words in the text that may be private details, counted from 0."""
    text = submission.text or ""
    found = private_details.find(text)
    words = enumerate(private_details.words(text))
    return {number for number, (start, end) in words if any(one.start < end and start < one.end for one in found)}


def _keep_for_objection(session: Session, submission: Submission, wish: str) -> None:
    if wish == "drop_original" and originals.is_objected(session, submission=submission):
        raise Conflict("objection_waits", status=submission.status)


def _let_go(session: Session, original: Original | None) -> None:
    """Whoever has asked waits for somebody else, and may have the entry open meanwhile."""
    if original and original.wished_by_id:
        claims.release(session, submission_ids=[original.submission_id], account_id=original.wished_by_id)
