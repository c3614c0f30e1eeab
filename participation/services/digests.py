"""Digests: what waits in a city, by mail to those of its staff who want that, once in each period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import Invalid, NotFound
from participation.models.accounts import DIGESTS, Account
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import appeals, notes, notices, roles

# A period begins at this hour of the city: each day, or each Monday.
HOUR = 7
LISTED = 5


@dataclass(frozen=True)
class Digest:
    """What waits in a city: how much, how much of it came since the last digest, what is older than the city wants.

    `oldest` are the first LISTED of the entries that wait.
    """

    account: Account
    city: City
    waiting: int
    new: int
    overdue: int
    oldest: Sequence[Submission]
    reports: int
    appeals: int
    notes: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write about."""
        return not (self.waiting or self.reports or self.appeals or self.notes)


def choose(session: Session, *, account: Account, how: str, now: datetime) -> None:
    """How often somebody wants a digest; the first one comes with the next period.

    Raises NotFound for an account without a city, and Invalid for something else than DIGESTS.
    """
    if account.city is None or not roles.may(account, "choose_digest"):
        raise NotFound("nothing_here")
    if how not in DIGESTS:
        raise Invalid("digest_unknown", value=how[:20])
    account.digest = how
    account.digest_of = None if how == "off" else period(account.city, how=how, now=now)
    session.flush()


def period(city: City, *, how: str, now: datetime) -> date:
    """The first day of the period at this moment, as the clocks of the city have it."""
    day = (now.astimezone(ZoneInfo(city.time_zone)).replace(tzinfo=None) - timedelta(hours=HOUR)).date()
    return day - timedelta(days=day.weekday()) if how == "weekly" else day


def due(session: Session, *, now: datetime) -> list[int]:
    """The ids of the accounts for which a period has begun."""
    query = select(Account).where(Account.active, Account.digest != "off", Account.city_id.is_not(None))
    wanting = session.scalars(query.options(joinedload(Account.city)).order_by(Account.id)).all()
    return [account.id for account in wanting if _is_due(account, now)]


def take(session: Session, *, account_id: int, now: datetime) -> Digest | None:
    """The digest of an account for the period that has begun; None where there is nothing to write.

    From then on it counts as written, so the mail has to be committed together with this. Another worker waits.
    """
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.city is None or not account.active or not _is_due(account, now):
        return None
    city, since = account.city, _since(account, now)
    account.digest_of = period(city, how=account.digest, now=now)
    session.flush()
    made = _made(session, account, city, since, now)
    return None if made.is_empty else made


def _is_due(account: Account, now: datetime) -> bool:
    if account.city is None or account.digest == "off":
        return False
    return account.digest_of is None or account.digest_of < period(account.city, how=account.digest, now=now)


def _since(account: Account, now: datetime) -> datetime:
    """When the period of the last digest began."""
    if account.digest_of is None or account.city is None:
        return now - timedelta(days=7 if account.digest == "weekly" else 1)
    return datetime.combine(account.digest_of, time(HOUR), ZoneInfo(account.city.time_zone))


def _made(session: Session, account: Account, city: City, since: datetime, now: datetime) -> Digest:
    pending = Submission.city_id == city.id, Submission.status == "pending"
    late = now - timedelta(hours=city.target_hours)
    counts = select(
        func.count(),
        func.count().filter(Submission.created_at >= since),
        func.count().filter(Submission.created_at < late),
    )
    waiting, new, overdue = session.execute(counts.where(*pending)).one()
    oldest = select(Submission).where(*pending).options(joinedload(Submission.campaign)).order_by(Submission.id)
    return Digest(
        account=account,
        city=city,
        waiting=waiting,
        new=new,
        overdue=overdue,
        oldest=session.scalars(oldest.limit(LISTED)).all(),
        reports=notices.waiting(session, cities=[city])[city.id],
        appeals=appeals.waiting(session, cities=[city])[city.id],
        notes=notes.waiting(session, city=city),
    )
