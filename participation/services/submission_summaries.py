"""What a list says in words: how many of which kind in each district, and the reason they name most."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.models.cities import City, District
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services.filters import Filter
from participation.text import fold

# Answers that say nothing about a place.
SAY_NOTHING = ("other", "unsure")


@dataclass(frozen=True)
class Line:
    """So many submissions of a kind, and the code of the reason that most of them name."""

    kind: str
    n: int
    reason: str | None


@dataclass(frozen=True)
class Summary:
    """What is said in one district; None stands for everything that lies in no district."""

    district: District | None
    lines: Sequence[Line]

    @property
    def n(self) -> int:
        """How many submissions in all."""
        return sum(line.n for line in self.lines)


def by_district(session: Session, *, city: City, chosen: Filter, districts: Sequence[District]) -> list[Summary]:
    """A summary for each of the city's districts that has something, by name; last what lies in none."""
    counts, reasons = _read(session, city, chosen)
    found = []
    for district in [*sorted(districts, key=lambda one: fold(one.name)), None]:
        key = district.id if district else None
        lines = [Line(kind, counts[key, kind], _most_named(reasons[key, kind])) for kind in KINDS if counts[key, kind]]
        if lines:
            found.append(Summary(district, lines))
    return found


Key = tuple[int | None, str]


def _read(session: Session, city: City, chosen: Filter) -> tuple[Counter[Key], dict[Key, Counter[str]]]:
    columns = (Submission.district_id, Submission.kind, Submission.reasons)
    query = chosen.apply(select(*columns, func.count()), city).group_by(*columns)
    counts: Counter[Key] = Counter()
    reasons: dict[Key, Counter[str]] = defaultdict(Counter)
    for district_id, kind, named, n in session.execute(query):
        counts[district_id, kind] += n
        for reason in named:
            reasons[district_id, kind][reason] += n
    return counts, reasons


def _most_named(reasons: Counter[str]) -> str | None:
    """Of several that are named equally often the first by code, so that the text does not change by itself."""
    said = [(-n, reason) for reason, n in reasons.items() if reason not in SAY_NOTHING]
    return min(said)[1] if said else None
