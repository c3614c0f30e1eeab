"""The cities' downloads: `submissions.csv` and `decisions.csv`, written row by row as RFC 4180 asks."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.decisions import Decision
from participation.models.partnerships import Partnership
from participation.models.photos import Photo
from participation.models.places import Place, Reply, Support
from participation.models.submissions import Submission
from participation.services.decision_record import moment
from participation.services.filters import Filter

# The contract with everybody who reads our files: columns may be added at the end, never renamed or moved.
PUBLIC_COLUMNS = """
id partnership city campaign kind status lat lon district place_id place_name place_type reasons comfort sensation
times_of_day visit_frequency use behaviour people_affected access measures idea_scope topic text text_lang text_de
text_fr text_es text_en translation_kind supports photo reply source questionnaire_version created_at published_at
""".split()  # noqa: SIM905  # a list of 38 lines would be harder to compare
INTERNAL_COLUMNS = [*PUBLIC_COLUMNS, "role", "age_band", "reason_code"]
# With `city` and `account_id` a line holds everything its hash is made from; `account` is the address of that account.
DECISION_COLUMNS = """
id submission_id at action from_status to_status reason_code account submission_version previous_hash hash city
account_id details from_place_id to_place_id
""".split()  # noqa: SIM905  # as above
TRANSLATIONS = [f"text_{code}" for code in ("de", "fr", "es", "en")]
COMPUTED = ("city", *TRANSLATIONS, "translation_kind")
FREE_TEXT = ("place_name", "text", *TRANSLATIONS, "reply", "account")
BATCH = 500
# A spreadsheet would run such a line as a formula, also behind blanks and in a later line of the cell.
FORMULA = re.compile(r"(?m)^(?=(?:[^\S\n]|\ufeff)*[=+\-@\t\r])")


def submissions_csv(session: Session, *, city: City, chosen: Filter, base_url: str = "") -> Iterator[bytes]:
    """The lines of `submissions.csv`, oldest submission first, in blocks of UTF-8.

    `base_url` is where the product is reached; the addresses of photos begin with it.
    """
    columns = _columns(chosen)
    return _blocks(session, columns, _query(city, chosen), lambda row: _line(city, columns, row, base_url))


def decisions_csv(session: Session, *, city: City, with_addresses: bool) -> Iterator[bytes]:
    """The lines of `decisions.csv`, the record of a city in its order; nothing in it is what residents wrote.

    The e-mail addresses of the staff are written only where wanted, else the column is empty.
    """
    stored = [name for name in DECISION_COLUMNS if name not in ("account", "city")]
    query = (
        select(*(getattr(Decision, name) for name in stored), Account.email)
        .outerjoin(Account, Account.id == Decision.account_id)
        .where(Decision.city_id == city.id)
        .order_by(Decision.id)
    )

    def line(row: Row[Any]) -> list[str]:
        values = row._asdict() | {"city": city.slug, "at": moment(row.at)}
        values["account"] = row.email if with_addresses else None
        return [_cell(name, values[name]) for name in DECISION_COLUMNS]

    return _blocks(session, DECISION_COLUMNS, query, line)


def _blocks(
    session: Session, columns: Sequence[str], query: Select[Any], line: Callable[[Row[Any]], list[str]]
) -> Iterator[bytes]:
    """A CSV file in blocks of UTF-8, each of which is read only when the one before it has been taken."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    rows = session.execute(query.execution_options(yield_per=BATCH))
    for block in rows.partitions(BATCH):
        writer.writerows(line(row) for row in block)
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
        "photo": _public_photo(),
        "reply": _reply(city),
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


def _public_photo() -> Any:
    """The id of the photo, as far as everybody may see it."""
    shown = Photo.submission_id == Submission.id, Submission.status == "published"
    return select(Photo.id).where(*shown).scalar_subquery()


def _reply(city: City) -> Any:
    """The city's answer at the place in the city's own language, else in the first one there is."""
    own_first = Reply.lang != city.languages[0]
    answers = select(Reply.text).where(Reply.place_id == Submission.place_id).order_by(own_first, Reply.lang)
    return answers.limit(1).scalar_subquery()


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


def _line(city: City, columns: list[str], row: Row[Any], base_url: str) -> list[str]:
    values = row._asdict()
    values["city"] = city.slug
    if values["photo"]:
        values["photo"] = f"{base_url}/photos/{values['photo']}.jpg"
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
