"""Staff accounts."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload
from zxcvbn import zxcvbn

from participation.errors import Conflict, Invalid, NotFound
from participation.locales import CODES, DEFAULT
from participation.models.accounts import CITY_ROLES, PASSWORD_MIN, ROLES, Account
from participation.models.cities import City
from participation.models.invitations import Invitation
from participation.models.partnerships import Partnership
from participation.services import account_sessions, roles

PASSWORD_MAX = 256
# From 0 (at once) to 4 (hardly ever): how soon somebody who knows the common passwords and words would guess one.
GUESSED_LATE = 3
# More letters than this are not looked at: the estimate takes longer and longer, and the answer is known by then.
JUDGED = 72


def create(
    session: Session,
    *,
    email: str,
    password_hash: str,
    role: str,
    scope: City | Partnership | None,
    now: datetime,
    lang: str | None = None,
) -> Account:
    """Make an account; `scope` is the city of a moderator or city lead, the partnership of a facilitator.

    Mails to it are in `lang`, else in the city's first language. Raises Invalid for a bad address, role or scope and
    Conflict for an address that has an account.
    """
    email = normal_email(email)
    check_role(role, scope)
    if by_email(session, email=email):
        raise Conflict("email_taken", email=email)
    account = Account(
        email=email,
        password=password_hash,
        role=role,
        lang=lang or _language_of(scope),
        city=scope if isinstance(scope, City) else None,
        partnership=scope if isinstance(scope, Partnership) else None,
        fs_uniquifier=secrets.token_hex(32),
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def check_role(role: str, scope: City | Partnership | None) -> None:
    """Raises Invalid for an unknown role, or one that does not belong to this kind of scope."""
    if role not in ROLES:
        raise Invalid("role_unknown", role=role, known=", ".join(ROLES))
    needs: type | None = City if role in CITY_ROLES else Partnership if role == "facilitator" else None
    if (needs is None and scope is not None) or (needs is not None and not isinstance(scope, needs)):
        raise Invalid("scope_wrong", role=role)


def set_password(session: Session, *, email: str, password_hash: str) -> Account:
    """Give an account a new password and end all its sessions; raises NotFound."""
    account = _known(session, email)
    account.password = password_hash
    end_sessions(session, account=account)
    return account


def forget_second_factor(session: Session, *, email: str) -> Account:
    """Take authenticator app, passkeys and recovery codes from an account that has lost them; raises NotFound."""
    account = _known(session, email)
    account.tf_primary_method = account.tf_totp_secret = account.totp_counter = account.mf_recovery_codes = None
    account.webauthn.clear()
    end_sessions(session, account=account)
    return account


def set_language(session: Session, *, account: Account, lang: str) -> None:
    """In which language mails are written; raises Invalid for one that is not offered."""
    if lang not in CODES:
        raise Invalid("language_unknown", language=lang)
    account.lang = lang
    session.flush()


def set_active(session: Session, *, account: Account, account_id: int, active: bool) -> Account:
    """Switch somebody's account off or on again; switched off, its sessions and its invitations end.

    Raises NotFound for whom `account` may not manage, and for itself: somebody must be left who can undo it.
    """
    other = session.get(Account, account_id)
    if other is None or other.id == account.id or not roles.may_manage(account, role=other.role, scope=other.scope):
        raise NotFound("nothing_here")
    other.active = active
    if not active:
        end_sessions(session, account=other)
        session.execute(delete(Invitation).where(Invitation.invited_by_id == other.id))
    session.flush()
    return other


def end_sessions(session: Session, *, account: Account) -> None:
    """Sign an account out everywhere, and void links by which its password could be set."""
    account.fs_uniquifier = secrets.token_hex(32)
    account_sessions.end_all(session, account_id=account.id)
    session.flush()


def every(session: Session) -> Sequence[Account]:
    """All accounts by address."""
    return session.scalars(select(Account).order_by(Account.email)).all()


def staff_seen_by(session: Session, *, account: Account) -> Sequence[Account]:
    """The staff that an account may see, by address."""
    roles.check(account, "see_staff")
    known = (joinedload(Account.city), joinedload(Account.partnership), selectinload(Account.webauthn))
    everybody = session.scalars(select(Account).options(*known).order_by(Account.email)).all()
    return [other for other in everybody if roles.may_in(account, "see_staff", other.scope)]


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


def check_password(password: str, *, about: Sequence[str] = ()) -> None:
    """Raises Invalid for a password that is too short, too long or too easy to guess, also by who knows `about`."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid("password_length", min=PASSWORD_MIN, max=PASSWORD_MAX)
    if len(set(password)) < 5:
        raise Invalid("password_simple")
    words = [word for text in about for word in (text.lower(), *re.split(r"\W+", text.lower())) if word]
    if zxcvbn(password[:JUDGED], user_inputs=words)["score"] < GUESSED_LATE:
        raise Invalid("password_guessable")


def _known(session: Session, email: str) -> Account:
    account = by_email(session, email=email)
    if account is None:
        raise NotFound("account_unknown", email=email)
    return account


def _language_of(scope: City | Partnership | None) -> str:
    spoken = scope.languages if isinstance(scope, City) else []
    return next((code for code in spoken if code in CODES), DEFAULT)
