"""A partnership of the cities that are given."""

from typing import Any

from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.partnerships import Membership, Partnership


def make(session: Session, *cities: City, slug: str = "", **columns: Any) -> Partnership:
    """A partnership, by default named after its cities."""
    slug = slug or "-".join(city.slug for city in cities) or "alone"
    partnership = Partnership(slug=slug, **({"name": {"en": slug.title()}} | columns))
    partnership.memberships.extend(Membership(city=city) for city in cities)
    session.add(partnership)
    session.flush()
    return partnership
