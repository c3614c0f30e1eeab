"""City files for the real data, with official boundaries, all their parts and a basemap."""

from pathlib import Path

from tests.factories import toml_files


def worms(folder: Path, data: Path) -> Path:
    """Worms without districts."""
    return toml_files.write(
        folder / "worms.toml", toml_files.CITY | {"boundary": str(data / "boundaries" / "worms.geojson")}
    )


def metz(folder: Path, data: Path) -> Path:
    """The Eurométropole de Metz with its communes."""
    changed = {
        "slug": "metz",
        "name": "Metz",
        "country": "FR",
        "population": 221_000,
        "time_zone": "Europe/Paris",
        "languages": ["fr", "de"],
        "centre": {"lat": 49.1203, "lon": 6.1757, "zoom": 12},
        "boundary": str(data / "boundaries" / "metz_eurometropole.geojson"),
        "districts": {"file": str(data / "boundaries" / "metz_eurometropole_communes.geojson")},
    }
    return toml_files.write(folder / "metz.toml", toml_files.CITY | changed)


def koeln(folder: Path, data: Path, archive: str = "koeln_vector_z9-14.pmtiles") -> Path:
    """Köln with its Stadtteile and a vector basemap."""
    changed = {
        "slug": "koeln",
        "name": {"de": "Köln", "fr": "Cologne", "es": "Colonia", "en": "Cologne"},
        "population": 1_080_000,
        "languages": ["de", "es"],
        "centre": {"lat": 50.9413, "lon": 6.9583, "zoom": 12},
        "boundary": str(data / "boundaries" / "koeln.geojson"),
        "districts": {"file": str(data / "districts" / "koeln_stadtteile.geojson")},
        "basemap": {
            "type": "pmtiles",
            "file": str(data / "basemap" / archive),
            "attribution": "© Stadt Köln, © OpenStreetMap contributors",
        },
    }
    return toml_files.write(folder / "koeln.toml", toml_files.CITY | changed)
