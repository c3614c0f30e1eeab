"""Rows as revision 0002 had them, which no model of today fits: two cities with decisions made in turns."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, MetaData

CITY = {
    "name": {}, "country": "DE", "population": 1, "population_year": 2021, "population_source": "",
    "time_zone": "Europe/Berlin", "languages": [], "centre_lat": 1.5, "centre_lon": 1.5, "centre_zoom": 9,
    "boundary": "", "boundary_source": "", "outline_is_simple": True, "demo": False, "map_version": 0,
}  # fmt: skip
SUBMISSION = {
    "campaign_id": 1, "kind": "idea", "needs_second_look": False, "source": "web", "near_home": False,
    "questionnaire_version": "heat-1",
}  # fmt: skip
# City, state and version of each submission.
STATES = [(1, "withdrawn", 3), (2, "rejected", 3), (1, "erased", 2)]
# Number of the submission, action, from, to, version, key of the form, reason.
STEPS = [
    (0, "publish", "pending", "published", 1, "form-1", None),
    (1, "set_point", "pending", "pending", 1, None, None),
    (0, "withdraw", "published", "withdrawn", 2, None, None),
    (2, "erase", "pending", "erased", 1, None, None),
    (1, "reject", "pending", "rejected", 2, "form-5", "unclear"),
]
STEP_COLUMNS = ("action", "from_status", "to_status", "submission_version", "idempotency_hash", "reason_code")


def insert(engine: Engine) -> None:
    """Three submissions and five decisions; the keys of the first and the last form are still known."""
    tables = MetaData()
    tables.reflect(engine)
    is_sqlite = engine.dialect.name == "sqlite"
    now = datetime(2026, 7, 1, 12, 0, 0, 123, tzinfo=None if is_sqlite else UTC)
    # SQLite has no type for ids: there they are 32 digits.
    keys = [one.hex if is_sqlite else one for one in map(UUID, (f"{number:032x}" for number in (1, 2, 3)))]
    with engine.begin() as connection:
        for table, rows in _rows(keys, now).items():
            connection.execute(tables.tables[table].insert(), rows)


def _rows(keys: list[Any], now: datetime) -> dict[str, list[dict[str, Any]]]:
    round_ = {"code": "x", "name": {}, "starts": now.date(), "ends": now.date(), "kinds": []}
    return {
        "cities": [CITY | {"id": number, "slug": slug} for number, slug in ((1, "worms"), (2, "metz"))],
        "partnerships": [{"id": 1, "slug": "pair", "name": {}}],
        "campaigns": [round_ | {"id": 1, "partnership_id": 1, "questionnaire_version": "heat-1"}],
        "submissions": [
            SUBMISSION | {"id": key, "city_id": city_id, "status": status, "version": version, "created_at": now}
            for key, (city_id, status, version) in zip(keys, STATES, strict=True)
        ],
        "decisions": [
            dict(zip(STEP_COLUMNS, rest, strict=True)) | {"submission_id": keys[which], "at": now}
            for which, *rest in STEPS
        ],
    }
