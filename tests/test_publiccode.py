"""publiccode.yml keeps the rules of its standard, version 0, as far as they can be checked without a network."""

from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from participation.locales import CODES

FILE = Path(__file__).resolve().parent.parent / "publiccode.yml"
PROJECT = FILE.with_name("pyproject.toml").read_text(encoding="utf-8")
TEXT = {"type": "string", "minLength": 1}
DESCRIPTION = {
    "type": "object",
    "required": ["shortDescription", "longDescription", "features"],
    "additionalProperties": False,
    "properties": {
        "localisedName": TEXT,
        "genericName": {**TEXT, "maxLength": 35},
        "shortDescription": {**TEXT, "maxLength": 150},
        "longDescription": {**TEXT, "minLength": 150, "maxLength": 10000},
        "features": {"type": "array", "minItems": 1, "items": {**TEXT, "maxLength": 100}},
    },
}
SCHEMA = {
    "type": "object",
    "required": [
        *("publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description"),
        *("legal", "maintenance", "localisation"),
    ],
    "additionalProperties": False,
    "properties": {
        "publiccodeYmlVersion": {"const": "0"},
        "name": TEXT,
        "url": {"type": "string", "pattern": "^https://"},
        "softwareVersion": TEXT,
        "releaseDate": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "platforms": {"type": "array", "minItems": 1, "items": {"enum": ["web", "windows", "mac", "linux", "ios"]}},
        "categories": {"type": "array", "minItems": 1, "items": TEXT},
        "developmentStatus": {"enum": ["concept", "development", "beta", "stable", "obsolete"]},
        "softwareType": {"enum": ["standalone/web", "standalone/other", "library", "addon"]},
        "intendedAudience": {"type": "object", "properties": {"scope": {"type": "array", "items": TEXT}}},
        "description": {"type": "object", "minProperties": 1, "additionalProperties": DESCRIPTION},
        "legal": {"type": "object", "required": ["license"], "properties": {"license": TEXT}},
        "maintenance": {
            "type": "object",
            "required": ["type", "contacts"],
            "properties": {
                "type": {"enum": ["internal", "community"]},
                "contacts": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"]}},
            },
        },
        "localisation": {
            "type": "object",
            "required": ["localisationReady", "availableLanguages"],
            "properties": {"localisationReady": {"type": "boolean"}},
        },
    },
}


@pytest.fixture(scope="module")
def publiccode() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_keeps_the_standard(publiccode):
    jsonschema.validate(publiccode, SCHEMA)


def test_agrees_with_the_product(publiccode):
    assert publiccode["localisation"]["availableLanguages"] == list(CODES)
    assert f'license = "{publiccode["legal"]["license"]}"' in PROJECT
    assert f'version = "{publiccode["softwareVersion"]}"' in PROJECT


def test_release_date_is_a_day_that_has_been(publiccode):
    assert date.fromisoformat(publiccode["releaseDate"]) <= datetime.now(UTC).date()
