"""Opening an entry claims it: whose it is from then on, and who else has it open."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request

from participation import database
from participation.models.claims import Claim
from participation.models.submissions import Submission
from participation.services import claims
from participation.web.plumbing.access import signed_in
from participation.web.plumbing.sessions import db

# How browsers say that they only fetch a page in case somebody opens it.
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


@dataclass(frozen=True)
class Holder:
    """Who else has an entry open, since when, and until when it is theirs."""

    email: str
    since: datetime
    until: datetime


def opened(submission: Submission, now: datetime, *, writing: bool = True) -> Holder | None:
    """Claim an entry that waits, in a transaction of its own, short enough that nobody waits; says who was faster.

    An answer to a refused form (not `writing`) claims nothing, nor does a page that nobody looks at yet.
    """
    if submission.status != "pending":
        return None
    account = signed_in()
    if not writing or _unseen():
        return _holder(claims.of_another(db, account=account, submission_id=submission.id, now=now))
    with database.writing(current_app.extensions["participation_engine"]) as own:
        taken = claims.take(own, account=account, submission_id=submission.id, now=now)
        own.commit()
        if taken:
            return None
        return _holder(claims.of_another(own, account=account, submission_id=submission.id, now=now))


def _unseen() -> bool:
    ahead = any(word in request.headers.get(name, "") for name in AHEAD for word in ("prefetch", "preview"))
    return ahead or request.method == "HEAD"


def _holder(claim: Claim | None) -> Holder | None:
    return Holder(claim.account.email, claim.until - claims.LASTS, claim.until) if claim else None
