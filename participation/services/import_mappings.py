"""Mappings of a foreign table's columns, kept by name for the next file of the same make."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound, Problem
from participation.models.cities import City
from participation.models.imports import NAME_MAX, ImportMapping
from participation.text import clean_text


def of_city(session: Session, *, city: City) -> Sequence[ImportMapping]:
    """The mappings of a city by name."""
    query = select(ImportMapping).where(ImportMapping.city_id == city.id)
    return session.scalars(query.order_by(ImportMapping.name)).all()


def by_name(session: Session, *, city: City, name: str) -> ImportMapping:
    """The mapping of a city with this name; raises NotFound."""
    found = of_city(session, city=city)
    for mapping in found:
        if mapping.name == name:
            return mapping
    raise NotFound("mapping_unknown", name=name, known=", ".join(one.name for one in found) or "–")


def keep(session: Session, *, city: City, name: str, columns: Mapping[str, str], now: datetime) -> ImportMapping:
    """Store a mapping under a name; one that has it already is replaced. Raises FormInvalid for a bad name."""
    name = " ".join(clean_text(name).split())
    if not name:
        raise FormInvalid({"name": Problem("required")})
    if len(name) > NAME_MAX:
        raise FormInvalid({"name": Problem("too_long", {"max": NAME_MAX, "length": len(name)})})
    query = select(ImportMapping).where(ImportMapping.city_id == city.id, ImportMapping.name == name)
    kept = session.scalar(query) or ImportMapping(city_id=city.id, name=name)
    kept.columns, kept.changed_at = dict(columns), now
    session.add(kept)
    session.flush()
    return kept


def delete(session: Session, *, city: City, mapping_id: int) -> None:
    """Throw a mapping away; what was imported with it stays. Raises NotFound."""
    mapping = session.get(ImportMapping, mapping_id)
    if mapping is None or mapping.city_id != city.id:
        raise NotFound("mapping_unknown")
    session.delete(mapping)
    session.flush()
