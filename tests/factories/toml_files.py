"""City and partnership files as people write them, around the square city of the other factories."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from participation.geo import Point
from tests.factories.cities import CENTRE, INSIDE, square

CITY: dict[str, Any] = {
    "slug": "worms",
    "name": {"de": "Worms", "en": "Worms am Rhein"},
    "country": "DE",
    "population": 83_000,
    "population_year": 2021,
    "time_zone": "Europe/Berlin",
    "languages": ["de", "fr"],
    "centre": {"lat": CENTRE.lat, "lon": CENTRE.lon, "zoom": 13},
    "boundary": "boundary.geojson",
}
LANDMARK: dict[str, Any] = {"code": "dom", "name": "Dom", "lat": INSIDE.lat, "lon": INSIDE.lon}
PARTNERSHIP: dict[str, Any] = {"slug": "worms-metz", "name": "Worms and Metz", "cities": ["worms", "metz"]}
CAMPAIGN: dict[str, Any] = {
    "code": "summer-2026",
    "name": {"de": "Sommer 2026", "en": "Summer 2026"},
    "starts": date(2026, 6, 1),
    "ends": date(2026, 9, 15),
    "kinds": ["heat_island", "idea"],
    "questionnaire": "heat-1",
}


def write(file: Path, values: dict[str, Any]) -> Path:
    """A TOML file with these keys; those that are None are left out."""
    lines = (f"{key} = {_inline(value)}\n" for key, value in values.items() if value is not None)
    file.write_text("".join(lines), encoding="utf-8")
    return file


def city(folder: Path, **changed: Any) -> Path:
    """A city file with the boundary it names."""
    (folder / "boundary.geojson").write_text(square(), encoding="utf-8")
    return write(folder / f"{changed.get('slug', 'worms')}.toml", CITY | changed)


def partnership(folder: Path, *campaigns: dict[str, Any], **changed: Any) -> Path:
    """A partnership file; each campaign says in which keys it differs from CAMPAIGN."""
    values = PARTNERSHIP | {"campaigns": [CAMPAIGN | campaign for campaign in campaigns]} | changed
    return write(folder / "partnership.toml", values)


def districts(file: Path, **squares: tuple[Point, float]) -> dict[str, str]:
    """A GeoJSON file of districts, by code their centre and half of their side; returns the table that names it."""
    features = [
        {
            "type": "Feature",
            "properties": {"key": code, "label": f"Stadtteil {code}"},
            "geometry": json.loads(square(centre, half)),
        }
        for code, (centre, half) in squares.items()
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return {"file": file.name, "name": "label", "code": "key"}


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(part) for part in value) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
