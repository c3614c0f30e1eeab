"""How many published submissions each filter would leave, given all the others: the figures on the chips."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, CompoundSelect, Select, String, cast, func, literal, select, union_all
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

    Without an answer the place type is "", outside of all districts the district is 0.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    campaigns: Mapping[int, int] = field(default_factory=dict)
    place_types: Mapping[str, int] = field(default_factory=dict)
    districts: Mapping[int, int] = field(default_factory=dict)


def on_map(session: Session, *, city: City, chosen: Filter) -> Facets:
    """The figures for what the map shows: whatever has a point."""
    return _facets(session, _counted(city), chosen.on_map())


def on_list(session: Session, *, city: City, chosen: Filter) -> Facets:
    """The figures for what the list shows: also what has no point, and only what lies in the box, if there is one."""
    if chosen.box:
        return _facets(session, _submissions(city, Filter(box=chosen.box)), chosen)
    pointless = _submissions(city, Filter()).where(Submission.cell.is_(None))
    return _facets(session, union_all(_counted(city), pointless), chosen)


def _counted(city: City) -> Rows:
    """The counts of the whole city, at the zoom that has the fewest rows."""
    counts = FACETS.table.c
    query = select(*(counts[name] for name in NAMES), counts.n)
    return query.where(counts.city_id == city.id, counts.zoom == ZOOMS[0])


def _submissions(city: City, chosen: Filter) -> Rows:
    columns = [column.label(name) for name, column in facet_columns().items()]
    return chosen.apply(select(*columns, literal(1).label("n")), city)


def _facets(session: Session, source: Rows | CompoundSelect[*tuple[Any, ...]], chosen: Filter) -> Facets:
    """One statement: each facet is summed up under the filters of the others."""
    rows = source.cte("counted")
    query = union_all(*(_sums(rows, name, chosen) for name in NAMES))
    found: dict[str, dict[str, int]] = {name: {} for name in NAMES}
    for name, value, n in session.execute(query):
        found[name][value] = int(n)
    by_id = {name: {int(value): n for value, n in found[name].items()} for name in ("campaign_id", "district_id")}
    kinds = {kind: found["kind"].get(kind, 0) for kind in KINDS}
    return Facets(kinds, by_id["campaign_id"], found["place_type"], by_id["district_id"])


def _sums(rows: CTE, name: str, chosen: Filter) -> Rows:
    wanted = {
        "campaign_id": () if chosen.campaign_id is None else (chosen.campaign_id,),
        "kind": () if set(chosen.kinds) == set(KINDS) else chosen.kinds,
        "place_type": chosen.place_types,
        "district_id": chosen.districts,
    }
    query = select(literal(name), cast(rows.c[name], String), func.sum(rows.c.n)).group_by(rows.c[name])
    others = [rows.c[other].in_(values) for other, values in wanted.items() if values and other != name]
    return query.where(*others)
