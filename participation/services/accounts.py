"""Staff accounts."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, Invalid, NotFound
from participation.models.accounts import CITY_ROLES, PASSWORD_MIN, ROLES, Account
from participation.models.cities import City
from participation.models.partnerships import Partnership

PASSWORD_MAX = 256


def create(
    session: Session, *, email: str, password_hash: str, role: str, scope: City | Partnership | None, now: datetime
) -> Account:
    """Make an account; `scope` is the city of a moderator or city lead, the partnership of a facilitator.

    Raises Invalid for a bad address, role or scope and Conflict for an address that has an account.
    """
    email = normal_email(email)
    if role not in ROLES:
        raise Invalid("role_unknown", role=role, known=", ".join(ROLES))
    needs: type | None = City if role in CITY_ROLES else Partnership if role == "facilitator" else None
    if (needs is None and scope is not None) or (needs is not None and not isinstance(scope, needs)):
        raise Invalid("scope_wrong", role=role)
    if by_email(session, email=email):
        raise Conflict("email_taken", email=email)
    account = Account(
        email=email,
        password=password_hash,
        role=role,
        city=scope if isinstance(scope, City) else None,
        partnership=scope if isinstance(scope, Partnership) else None,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def set_password(session: Session, *, email: str, password_hash: str) -> Account:
    """Give an account a new password and end all its sessions; raises NotFound."""
    account = by_email(session, email=email)
    if account is None:
        raise NotFound("account_unknown", email=email)
    account.password = password_hash
    account.fs_uniquifier = secrets.token_hex(32)
    session.flush()
    return account


def every(session: Session) -> Sequence[Account]:
    """All accounts by address."""
    return session.scalars(select(Account).order_by(Account.email)).all()


def by_email(session: Session, *, email: str) -> Account | None:
    """The account of an address."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower()))


def normal_email(email: str) -> str:
    """The address as we keep it, in lower case; raises Invalid. Names under .test are for demos and tests."""
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("email_bad", email=email, why=str(error)) from error
    return checked.normalized.lower()


def check_password(password: str) -> None:
    """Raises Invalid for a password that is too short, too long or too simple to be safe."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid("password_length", min=PASSWORD_MIN, max=PASSWORD_MAX)
    if len(set(password)) < 5:
        raise Invalid("password_simple")
