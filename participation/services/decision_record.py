"""The record: the only place that adds a decision, and the proof that nobody has changed one since.

Each city has a chain of its own. So its downloaded record can be checked without anybody else's, and two cities never
wait for each other.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, case, func, insert, or_, select
from sqlalchemy.orm import Session

from participation.errors import Conflict
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import LEADS_TO, Decision, DecisionKey
from participation.models.submissions import STEPS, Submission

# What stands in the place of a hash before the first decision of a city.
START = "0" * 64
# A decision with details or places is hashed over those as well; the others as ever, so that old hashes hold.
FORMAT, FORMAT_WITH_DETAILS = "decision-1", "decision-2"
HASHED = (
    "submission_id",
    "at",
    "action",
    "from_status",
    "to_status",
    "reason_code",
    "account_id",
    "submission_version",
)
DETAILS = ("details", "from_place_id", "to_place_id")
BATCH = 1000


@dataclass(frozen=True)
class Fault:
    """Where a record is first seen to be wrong, and how.

    `code` is `link` (it does not follow the decision before it), `content` (its hash is not that of what it says) or
    `state` (the submission is not as its last decision left it; `decision_id` is that one's, or None without any).
    """

    code: str
    submission_id: UUID
    decision_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What checking the record of a city showed: how many decisions fit, the hash of the last of them, the fault."""

    decisions: int
    last_hash: str
    fault: Fault | None = None


def hold(session: Session, *, submission: Submission) -> None:
    """Wait for whoever decides in this city at the moment, keep all others waiting, and see the outcome.

    Always the city before its submissions, so that nobody waits in a circle. SQLite has only one writer anyway.
    """
    _lock(session, submission.city_id)
    # Where a page has loaded more beside it, only the submission itself is locked.
    session.refresh(submission, with_for_update={"of": Submission})


def hold_city(session: Session, *, city_id: int) -> None:
    """The same for a step that several submissions of a city take together."""
    _lock(session, city_id)


def hold_place(session: Session, *, city_id: int, place_id: UUID) -> Submission | None:
    """The same for a decision about a place as a whole: gives the submission at which the record notes it.

    One row says it, as with the name of a place: at the oldest of what is published there, else of all that belongs to
    it. None where nothing belongs to it any more.
    """
    _lock(session, city_id)
    published_first = case((Submission.status == "published", 0), else_=1)
    query = select(Submission).where(Submission.place_id == place_id).order_by(published_first, Submission.id).limit(1)
    return session.scalar(query.with_for_update(of=Submission).execution_options(populate_existing=True))


def made_by(session: Session, *, submission: Submission, action: str, key: str) -> Decision | None:
    """The decision that a form with this key made before, if the form is a repeated one."""
    known = session.get(DecisionKey, _key_hash(submission, action, key)) if key else None
    return known.decision if known else None


def record(
    session: Session,
    *,
    submission: Submission,
    action: str,
    now: datetime,
    account: Account | None = None,
    reason_code: str | None = None,
    key: str = "",
    details: Collection[str] = (),
    places: tuple[UUID | None, UUID | None] = (None, None),
) -> Decision:
    """Take a step with a submission that is held: its state, one more version, and the decision that says so.

    `details` are codes, never content; `places` is where it belonged before and after. Raises Conflict for a step that
    is not in the diagram of states.
    """
    before, (from_place, to_place) = submission.status, places
    after = LEADS_TO[action] or before
    if (before, after) not in STEPS:
        raise Conflict("already_decided", status=before)
    step = {
        "submission_id": submission.id,
        "account_id": account.id if account else None,
        "action": action,
        "reason_code": reason_code,
        "from_status": before,
        "to_status": after,
        "submission_version": submission.version,
        "at": now,
        "details": "|".join(sorted(details)) or None,
        "from_place_id": from_place,
        "to_place_id": to_place,
    }
    decision = Decision(**_chained(session, submission.city_id, [step])[0])
    session.add(decision)
    submission.status = after
    submission.version += 1
    _remember(session, submission, decision, key)
    return decision


def record_past(session: Session, *, city: City, steps: Sequence[Mapping[str, Any]]) -> None:
    """Add decisions that were made elsewhere, oldest first; their submissions are in the right state already."""
    rows = _chained(session, city.id, steps)
    if rows:
        session.execute(insert(Decision).execution_options(render_nulls=True), rows)


def verify(session: Session, *, city: City) -> Verdict:
    """Check the whole record of a city, a batch at a time, until the first fault."""
    columns = [getattr(Decision, name) for name in ("id", *HASHED, *DETAILS, "previous_hash", "hash")]
    query = select(*columns).where(Decision.city_id == city.id).order_by(Decision.id)
    number, last = 0, START
    with session.execute(query.execution_options(yield_per=BATCH)) as rows:
        for row in rows:
            code = _wrong(row, city.slug, last)
            if code:
                return Verdict(number, last, Fault(code, row.submission_id, row.id))
            number, last = number + 1, row.hash
    return Verdict(number, last, _unexplained(session, city))


def contains(session: Session, *, city: City, noted: str) -> bool:
    """Whether the record of a city has a decision with this hash, which somebody noted before."""
    query = select(Decision.id).where(Decision.city_id == city.id, Decision.hash == noted)
    return session.scalar(query.limit(1)) is not None


def moment(at: datetime) -> str:
    """A time as the hash takes it: UTC with six decimals of a second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _lock(session: Session, city_id: int) -> str:
    """Keep others from adding to the record of a city; says the slug. New submissions do not wait for it."""
    query = select(City.slug).where(City.id == city_id).with_for_update(key_share=True)
    return session.execute(query).scalar_one()


def _chained(session: Session, city_id: int, steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps as rows behind the last decision of the city."""
    slug = _lock(session, city_id)
    # A statement of its own: the one that waited for the lock does not see what others added meanwhile.
    newest = select(Decision.hash).where(Decision.city_id == city_id).order_by(Decision.id.desc()).limit(1)
    last = session.scalar(newest) or START
    rows: list[dict[str, Any]] = []
    for step in steps:
        own = _hash(slug, last, step)
        rows.append({**step, "city_id": city_id, "previous_hash": last, "hash": own})
        last = own
    return rows


def _hash(slug: str, previous_hash: str, step: Mapping[str, Any]) -> str:
    """SHA-256 over a JSON array: format, hash of the one before, city, the columns of HASHED, and DETAILS if any."""
    submission_id, at, *rest = (step[name] for name in HASHED)
    more = [step.get(name) for name in DETAILS]
    values = [FORMAT, previous_hash, slug, str(submission_id), moment(at), *rest]
    if more != [None, None, None]:
        values = [FORMAT_WITH_DETAILS, *values[1:], *(None if one is None else str(one) for one in more)]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def _remember(session: Session, submission: Submission, decision: Decision, key: str) -> None:
    """Store a decision, and by which form it was made, so that the same form does not make another."""
    session.flush()
    if key:
        known_by = _key_hash(submission, decision.action, key)
        session.add(DecisionKey(hash=known_by, decision_id=decision.id, at=decision.at))
        session.flush()


def _key_hash(submission: Submission, action: str, key: str) -> str:
    return hashlib.sha256(f"{submission.id}:{action}:{key}".encode()).hexdigest()


def _wrong(row: Row[Any], slug: str, last: str) -> str | None:
    if row.previous_hash != last:
        return "link"
    return None if row.hash == _hash(slug, last, row._asdict()) else "content"


def _unexplained(session: Session, city: City) -> Fault | None:
    """The first submission that is not as its last decision left it; this is how missing last decisions show."""
    # Asked for each submission, by the index: a join with all last decisions takes SQLite minutes.
    newest = select(func.max(Decision.id)).where(Decision.submission_id == Submission.id).correlate(Submission)
    last = and_(Decision.id == newest.scalar_subquery(), Decision.city_id == Submission.city_id)
    query = (
        select(Submission.id, Decision.id)
        .outerjoin(Decision, last)
        .where(Submission.city_id == city.id)
        .where(
            or_(
                Submission.status != func.coalesce(Decision.to_status, "pending"),
                Submission.version != func.coalesce(Decision.submission_version + 1, 1),
            )
        )
        .order_by(Submission.id)
        .limit(1)
    )
    found = session.execute(query).first()
    return Fault("state", found[0], found[1]) if found else None
