"""How many published submissions each filter would leave, given all the others: the figures on the chips."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, String, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services.filters import Filter
from participation.services.tiles import FACETS, ZOOMS, facet_columns

NAMES = tuple(facet_columns())
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Facets:
    """Counts by kind, by id of campaign, by place type and by id of district; what is not there is none.

    Without an answer the place type is "", outside of all districts the district is 0. `in_file` is how many entries
    the file with all these filters has, of `of_all` in the city; a file also holds what has no point.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    campaigns: Mapping[int, int] = field(default_factory=dict)
    place_types: Mapping[str, int] = field(default_factory=dict)
    districts: Mapping[int, int] = field(default_factory=dict)
    in_file: int = 0
    of_all: int = 0


def on_map(session: Session, *, city: City, chosen: Filter) -> Facets:
    """The figures for what the map shows: whatever has a point."""
    whole = _published(city).cte("published")
    return _facets(session, chosen.on_map(), counted=_counted(city).cte("counted"), filed=whole, whole=whole)


def on_list(session: Session, *, city: City, chosen: Filter) -> Facets:
    """The figures for the list and the downloads: also what has no point, and only what lies in the box and the days.

    For the staff, where the filter is internal, what is not published counts too.
    """
    whole = (_submissions(city, Filter(internal=True)) if chosen.internal else _published(city)).cte("whole")
    narrow = Filter(box=chosen.box, first_day=chosen.first_day, last_day=chosen.last_day, internal=chosen.internal)
    rows = whole if narrow == Filter(internal=chosen.internal) else _submissions(city, narrow).cte("counted")
    return _facets(session, chosen, counted=rows, filed=rows, whole=whole)


def _published(city: City) -> CompoundSelect[*tuple[Any, ...]]:
    """What is published, with a point or without."""
    return union_all(_counted(city), _submissions(city, Filter()).where(Submission.cell.is_(None)))


def _counted(city: City) -> Rows:
    """The counts of the whole city, at the zoom that has the fewest rows."""
    counts = FACETS.table.c
    query = select(*(counts[name] for name in NAMES), counts.n)
    return query.where(counts.city_id == city.id, counts.zoom == ZOOMS[0])


def _submissions(city: City, chosen: Filter) -> Rows:
    columns = [column.label(name) for name, column in facet_columns().items()]
    return chosen.apply(select(*columns, literal(1).label("n")), city)


def _facets(session: Session, chosen: Filter, *, counted: CTE, filed: CTE, whole: CTE) -> Facets:
    """One statement: each facet is summed up under the filters of the others, the file under all of them."""
    facets = [_sums(counted, name, chosen) for name in NAMES]
    query = union_all(*facets, _sum(filed, "in_file", _wanted(filed, chosen)), _sum(whole, "of_all", {}))
    found: dict[str, dict[str, int]] = {name: {} for name in (*NAMES, "in_file", "of_all")}
    for name, value, n in session.execute(query):
        found[name][value] = int(n or 0)
    by_id = {name: {int(value): n for value, n in found[name].items()} for name in ("campaign_id", "district_id")}
    kinds = {kind: found["kind"].get(kind, 0) for kind in KINDS}
    sums = found["in_file"][""], found["of_all"][""]
    return Facets(kinds, by_id["campaign_id"], found["place_type"], by_id["district_id"], *sums)


def _sums(rows: CTE, name: str, chosen: Filter) -> Rows:
    query = select(literal(name), cast(rows.c[name], String), func.sum(rows.c.n)).group_by(rows.c[name])
    return query.where(*(wanted for other, wanted in _wanted(rows, chosen).items() if other != name))


def _sum(rows: CTE, name: str, wanted: Mapping[str, ColumnElement[bool]]) -> Rows:
    return select(literal(name), literal(""), func.sum(rows.c.n)).where(*wanted.values())


def _wanted(rows: CTE, chosen: Filter) -> dict[str, ColumnElement[bool]]:
    """What each filter asks of a row, by the name of its column."""
    values = {
        "campaign_id": () if chosen.campaign_id is None else (chosen.campaign_id,),
        "kind": () if set(chosen.kinds) == set(KINDS) else chosen.kinds,
        "place_type": chosen.place_types,
        "district_id": chosen.districts,
    }
    return {name: rows.c[name].in_(some) for name, some in values.items() if some}
