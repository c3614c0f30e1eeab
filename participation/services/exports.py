"""The cities' downloads: `submissions.csv`, written row by row as RFC 4180 asks."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.decisions import Decision
from participation.models.partnerships import Partnership
from participation.models.places import Place, Support
from participation.models.submissions import Submission
from participation.services.filters import Filter

# The contract with everybody who reads our files: columns may be added at the end, never renamed or moved.
PUBLIC_COLUMNS = """
id partnership city campaign kind status lat lon district place_id place_name place_type reasons comfort sensation
times_of_day visit_frequency use behaviour people_affected access measures idea_scope topic text text_lang text_de
text_fr text_es text_en translation_kind supports photo reply source questionnaire_version created_at published_at
""".split()  # noqa: SIM905  # a list of 38 lines would be harder to compare
INTERNAL_COLUMNS = [*PUBLIC_COLUMNS, "role", "age_band", "reason_code"]
TRANSLATIONS = [f"text_{code}" for code in ("de", "fr", "es", "en")]
# Photos and the city's reply have their columns from the first day on, and stay empty until there are any.
COMPUTED = ("city", *TRANSLATIONS, "translation_kind", "photo", "reply")
FREE_TEXT = ("place_name", "text", *TRANSLATIONS)
BATCH = 500
# A spreadsheet would run such a line as a formula, also behind blanks and in a later line of the cell.
FORMULA = re.compile(r"(?m)^(?=(?:[^\S\n]|\ufeff)*[=+\-@\t\r])")


def submissions_csv(session: Session, *, city: City, chosen: Filter) -> Iterator[bytes]:
    """The lines of `submissions.csv`, oldest submission first, in blocks of UTF-8."""
    columns = _columns(chosen)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    rows = session.execute(_query(city, chosen).execution_options(yield_per=BATCH))
    for block in rows.partitions(BATCH):
        writer.writerows(_line(city, columns, row) for row in block)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


def neutral(text: str) -> str:
    """The text with an apostrophe before every line that a spreadsheet would take for a formula."""
    return FORMULA.sub("'", text)


def _query(city: City, chosen: Filter) -> Select[Any]:
    lat, lon = ("lat", "lon") if chosen.internal else ("public_lat", "public_lon")
    special = {
        "partnership": Partnership.slug,
        "campaign": Campaign.code,
        "lat": getattr(Submission, lat),
        "lon": getattr(Submission, lon),
        "district": District.code,
        "place_name": func.coalesce(Place.name, Submission.place_name),
        "supports": select(func.count()).where(Support.place_id == Submission.place_id).scalar_subquery(),
        "reason_code": _last_reason(),
    }
    stored = [name for name in _columns(chosen) if name not in COMPUTED]
    query = (
        select(*((special[name] if name in special else getattr(Submission, name)).label(name) for name in stored))
        .join(Campaign, Campaign.id == Submission.campaign_id)
        .join(Partnership, Partnership.id == Campaign.partnership_id)
        .outerjoin(District, District.id == Submission.district_id)
        .outerjoin(Place, Place.id == Submission.place_id)
        .order_by(Submission.id)
    )
    return chosen.apply(query, city)


def _last_reason() -> Any:
    return (
        select(Decision.reason_code)
        .where(Decision.submission_id == Submission.id, Decision.reason_code.is_not(None))
        .order_by(Decision.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _columns(chosen: Filter) -> list[str]:
    return INTERNAL_COLUMNS if chosen.internal else PUBLIC_COLUMNS


def _line(city: City, columns: list[str], row: Row[Any]) -> list[str]:
    values = row._asdict()
    values["city"] = city.slug
    if values["text"]:
        # Until there are translations, the text stands in the column of its own language, if it has one.
        values[f"text_{values['text_lang'].split('-')[0]}"] = values["text"]
        values["translation_kind"] = "original"
    return [_cell(name, values.get(name)) for name in columns]


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return neutral(str(value)) if name in FREE_TEXT else str(value)
