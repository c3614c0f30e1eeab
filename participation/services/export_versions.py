"""Versions of the data of a city, and what has become of a former one.

A former version is not kept: whoever has sent something may have it erased, and a copy that we go on handing out would
be a promise broken. So the address of a version gives exactly that version while it is the current one, and says
afterwards what has changed; the record of decisions knows it without knowing what was written.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.cities import City
from participation.models.decisions import Decision

LABEL = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
# What an action did to what everybody sees; the others changed nothing there.
BECAME = {
    "publish": "published",
    "withdraw": "withdrawn",
    "remove": "removed",
    "undo": "removed",
    "reopen": "removed",
    "erase": "erased",
    **dict.fromkeys(("set_point", "amend", "join", "split", "name_place", "merge", "unmerge"), "changed"),
    **dict.fromkeys(("reply", "take_reply_back", "redact", "restore", "correct"), "changed"),
}
CHANGES = ("published", "changed", "withdrawn", "removed", "erased")


@dataclass(frozen=True)
class Version:
    """The number of a version, and the last decision that is in it, 0 for none."""

    number: int
    decision_id: int

    @property
    def label(self) -> str:
        """As it stands in addresses."""
        return f"{self.number}-{self.decision_id}"


@dataclass(frozen=True)
class Past:
    """A former version: until when it was known, and how many entries became what since, by CHANGES."""

    at: datetime | None
    changes: dict[str, int]


def current(session: Session, *, city: City) -> Version:
    """The version that every file has now."""
    return at_number(session, city=city, number=city.data_version)


def at_number(session: Session, *, city: City, number: int) -> Version:
    """The version of what a session sees, whose number is known already."""
    last = session.scalar(select(func.max(Decision.id)).where(Decision.city_id == city.id))
    return Version(number, last or 0)


def parse(label: str) -> Version:
    """The version with this label; raises NotFound for what is none."""
    found = LABEL.fullmatch(label)
    if found is None:
        raise NotFound("version_unknown", label=label)
    return Version(int(found[1]), int(found[2]))


def past(session: Session, *, city: City, version: Version) -> Past:
    """What has changed since a former version; raises NotFound for one that this city never had."""
    known = Decision.city_id == city.id
    at = session.scalar(select(Decision.at).where(known, Decision.id == version.decision_id))
    if version.number > city.data_version or (at is None and version.decision_id):
        raise NotFound("version_unknown", label=version.label)
    query = (
        select(Decision.action, func.count(Decision.submission_id.distinct()))
        .where(known, Decision.id > version.decision_id)
        .where(Decision.action.in_(BECAME))
        .where(or_(Decision.from_status == "published", Decision.to_status == "published"))
        .group_by(Decision.action)
    )
    changes: Counter[str] = Counter()
    for action, n in session.execute(query):
        changes[BECAME[action]] += n
    return Past(at, {change: changes[change] for change in CHANGES})
