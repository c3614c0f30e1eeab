"""Claims: an entry that somebody opens is theirs for a while, so that two people do not read the same one.

A claim only keeps apart who would meet anyway. What keeps a decision from being overwritten is the version that was
seen.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, Delete, Insert, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from participation.errors import Conflict
from participation.models.accounts import Account
from participation.models.claims import Claim
from participation.models.submissions import Submission

LASTS = timedelta(minutes=15)
BATCH = 500


def take(session: Session, *, account: Account, submission_id: UUID, now: datetime) -> bool:
    """Claim an entry, or one's own anew; False where somebody else holds it. What one held before is free again."""
    values = {"account": account.id, "submission": submission_id, "now": now, "until": now + LASTS}
    free, claim = _statements(session.get_bind().dialect.name)
    session.execute(free, values, execution_options={"synchronize_session": False})
    return session.execute(claim, values).first() is not None


@cache
def _statements(dialect: str) -> tuple[Delete, Insert]:
    """Frees what an account held before, and claims an entry for it; made once, because every step at the desk asks."""
    own = Claim.account_id == bindparam("account")
    this: BindParameter[UUID] = bindparam("submission")
    before = select(Claim.submission_id).where(own, Claim.submission_id != this)
    # Two people who change places must not wait for each other.
    free = delete(Claim).where(Claim.submission_id.in_(before.with_for_update(skip_locked=True)))
    insert = postgresql.insert(Claim) if dialect == "postgresql" else sqlite.insert(Claim)
    made = insert.values(submission_id=this, account_id=bindparam("account"), until=bindparam("until"))
    claim = made.on_conflict_do_update(
        index_elements=[Claim.submission_id],
        set_={"account_id": made.excluded.account_id, "until": made.excluded.until},
        where=or_(own, Claim.until <= bindparam("now")),
    )
    return free, claim.returning(Claim.submission_id)


def of_another(session: Session, *, account: Account, submission_id: UUID, now: datetime) -> Claim | None:
    """The claim of somebody else, as long as it lasts."""
    query = select(Claim).where(Claim.submission_id == submission_id, Claim.account_id != account.id, Claim.until > now)
    return session.scalar(query.options(joinedload(Claim.account)), execution_options={"populate_existing": True})


def heed(session: Session, *, account: Account, submission: Submission, now: datetime) -> None:
    """Leave an entry that waits to whoever else has it open: raises Conflict, with the address in `name`."""
    if submission.status != "pending":
        return
    claim = of_another(session, account=account, submission_id=submission.id, now=now)
    if claim:
        raise Conflict("claimed", name=claim.account.email)


def release(session: Session, *, submission_ids: Sequence[UUID], account_id: int | None = None) -> None:
    """Nobody holds these any longer, or this account does not: they are decided on."""
    statement = delete(Claim).where(Claim.submission_id.in_(submission_ids))
    session.execute(statement if account_id is None else statement.where(Claim.account_id == account_id))


def forget(session: Session, *, now: datetime) -> int:
    """Delete the claims that are over, at most BATCH; returns how many."""
    old = session.scalars(select(Claim.submission_id).where(Claim.until <= now).limit(BATCH)).all()
    if old:
        # Somebody may take one of them over at this moment.
        session.execute(delete(Claim).where(Claim.submission_id.in_(old), Claim.until <= now))
    return len(old)
