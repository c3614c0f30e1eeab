"""Hand-over: the open work of somebody who leaves passes to a colleague in one step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound, Problem
from participation.models.accounts import Account
from participation.models.appeals import Appeal
from participation.models.claims import Claim
from participation.models.notes import Note
from participation.models.notices import Notice
from participation.services import accounts, roles

# Each kind of open work: the column that says who looks after a row, and what is open in its table.
WORK: Mapping[str, tuple[Any, Callable[[datetime], Any]]] = {
    "claims": (Claim.account_id, lambda now: Claim.until > now),
    "notes": (Note.keeper_id, lambda _: Note.done_at.is_(None)),
    "notices": (Notice.keeper_id, lambda _: Notice.status == "received"),
    "appeals": (Appeal.keeper_id, lambda _: Appeal.status == "received"),
}


@dataclass(frozen=True)
class Handed:
    """What has passed to whom: how many rows of each kind of work."""

    receiver: Account
    counts: Mapping[str, int]


def leaving(session: Session, *, account: Account, account_id: int) -> Account:
    """Whose work an account may hand over: its own, or that of people it manages; NotFound for all others."""
    other = session.get(Account, account_id)
    if other is None or other.city_id is None or not roles.may(account, "hand_over"):
        raise NotFound("nothing_here")
    if other.id != account.id and not roles.may_manage(account, role=other.role, scope=other.scope):
        raise NotFound("nothing_here")
    return other


def receivers(session: Session, *, leaver: Account) -> Sequence[Account]:
    """Who can take it over: everybody else of the same city who can sign in, by address."""
    query = select(Account).where(Account.city_id == leaver.city_id, Account.id != leaver.id, Account.active)
    return session.scalars(query.order_by(Account.email)).all()


def open_work(session: Session, *, leaver: Account, now: datetime) -> dict[str, int]:
    """How much of each kind somebody looks after."""
    return {
        kind: session.scalar(select(func.count()).where(keeper == leaver.id, is_open(now))) or 0
        for kind, (keeper, is_open) in WORK.items()
    }


def hand_over(
    session: Session, *, account: Account, account_id: int, receiver_id: int | None, switch_off: bool, now: datetime
) -> Handed:
    """Give all open work of somebody to a colleague of the same city, and switch the account off where that is asked.

    Raises NotFound as `leaving`, also for switching off an account that is not managed, and FormInvalid where nobody
    takes it over.
    """
    leaver = leaving(session, account=account, account_id=account_id)
    receiver = next((one for one in receivers(session, leaver=leaver) if one.id == receiver_id), None)
    if receiver is None:
        raise FormInvalid({"receiver": Problem("receiver_required")})
    counts = {
        kind: _pass_on(session, leaver, receiver, keeper, is_open(now)) for kind, (keeper, is_open) in WORK.items()
    }
    if switch_off:
        accounts.set_active(session, account=account, account_id=leaver.id, active=False)
    return Handed(receiver, counts)


def _pass_on(session: Session, leaver: Account, receiver: Account, keeper: Any, is_open: Any) -> int:
    statement = update(keeper.class_).where(keeper == leaver.id, is_open).values({keeper: receiver.id})
    return len(session.execute(statement.returning(keeper)).all())
