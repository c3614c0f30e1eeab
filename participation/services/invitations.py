"""Invitations to the staff: sent by mail, good for a week and for one account, kept as a hash of the link."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import Conflict, Gone, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.invitations import Invitation
from participation.models.partnerships import Partnership
from participation.services import accounts, roles
from participation.text import fingerprint

GOOD_FOR = timedelta(days=7)
# One that has ended stays on the list for a while, so that it can be sent again.
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Sent:
    """An invitation and the token of its link, which is told once and kept nowhere."""

    invitation: Invitation
    token: str


def invite(
    session: Session,
    *,
    account: Account,
    email: str,
    role: str,
    scope: City | Partnership | None,
    lang: str,
    now: datetime,
) -> Sent:
    """Invite somebody into a role; `scope` as for an account.

    Raises Invalid for a bad address, role or scope, NotFound for what the inviter may not give, and Conflict for an
    address that has an account or an invitation already.
    """
    accounts.check_role(role, scope)
    if not roles.may_manage(account, role=role, scope=scope):
        raise NotFound("nothing_here")
    email = accounts.normal_email(email)
    known = session.scalar(select(Invitation.id).where(Invitation.email == email))
    if known or accounts.by_email(session, email=email):
        raise Conflict("email_taken", email=email)
    made = Invitation(
        email=email,
        role=role,
        lang=lang,
        city=scope if isinstance(scope, City) else None,
        partnership=scope if isinstance(scope, Partnership) else None,
        invited_by_id=account.id,
    )
    session.add(made)
    return _sent(session, made, now)


def send_again(session: Session, *, account: Account, invitation_id: UUID, now: datetime) -> Sent:
    """A new link for another week; the old one ends. Raises NotFound as `invite` does."""
    return _sent(session, _of(session, account, invitation_id), now)


def revoke(session: Session, *, account: Account, invitation_id: UUID) -> None:
    """Take an invitation back: its link ends. Raises NotFound as `invite` does."""
    session.delete(_of(session, account, invitation_id))
    session.flush()


def waiting(session: Session, *, account: Account) -> Sequence[Invitation]:
    """The invitations an account may send again or take back, by address."""
    known = (joinedload(Invitation.city), joinedload(Invitation.partnership))
    found = session.scalars(select(Invitation).options(*known).order_by(Invitation.email)).all()
    return [one for one in found if roles.may_manage(account, role=one.role, scope=one.scope)]


def by_token(session: Session, *, token: str, now: datetime) -> Invitation:
    """The invitation a link leads to; raises Gone where it was used, taken back, replaced or has ended."""
    found = session.scalar(
        select(Invitation).where(Invitation.token_hash == fingerprint(token), Invitation.ends_at > now)
    )
    if found is None:
        raise Gone("invitation_over")
    return found


def accept(session: Session, *, token: str, password_hash: str, lang: str, now: datetime) -> Account:
    """Make the account; the link cannot be used again. Raises Gone as `by_token` does."""
    invitation = by_token(session, token=token, now=now)
    # Of two that send the form at the same time, one deletes the row.
    taken = delete(Invitation).where(Invitation.id == invitation.id).returning(Invitation.id)
    if not session.execute(taken).all():
        raise Gone("invitation_over")
    return accounts.create(
        session,
        email=invitation.email,
        password_hash=password_hash,
        role=invitation.role,
        scope=invitation.scope,
        lang=lang,
        now=now,
    )


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete those that have ended a while ago; returns how many."""
    old = delete(Invitation).where(Invitation.ends_at < now - KEPT).returning(Invitation.id)
    return len(session.execute(old).all())


def _of(session: Session, account: Account, invitation_id: UUID) -> Invitation:
    found = session.get(Invitation, invitation_id)
    if found is None or not roles.may_manage(account, role=found.role, scope=found.scope):
        raise NotFound("nothing_here")
    return found


def _sent(session: Session, invitation: Invitation, now: datetime) -> Sent:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = fingerprint(token)
    invitation.sent_at = now
    invitation.ends_at = now + GOOD_FOR
    session.flush()
    return Sent(invitation, token)
