"""The cities' own pages."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.texts import CityText


def of_page(session: Session, *, city: City, page: str, language: str) -> CityText | None:
    """A page in this language, else in the first of the city's languages that has it; None where nobody wrote one."""
    rows = session.scalars(select(CityText).where(CityText.city_id == city.id, CityText.page == page))
    written = {row.language: row for row in rows}
    return next((written[code] for code in (language, *city.languages) if code in written), None)
