"""Where the columns of a download come from in the database: one query for every format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.decisions import Decision
from participation.models.downloads import Download
from participation.models.partnerships import Partnership
from participation.models.photos import Photo
from participation.models.places import Place, Reply, Support
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.services.export_sql import microseconds, uuid_text
from participation.services.filters import Filter

LANGUAGES = ("de", "fr", "es", "en")
TRANSLATED = {lang: aliased(Translation, name=f"in_{lang}") for lang in LANGUAGES}
# How certain a text is, by the columns of its translation, from the most certain on.
KINDS = ("original", "human", "machine_reviewed", "machine")
Values = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True)
class Source:
    """What each column of a table is in the database, where the rows come from, and the key they are ordered by."""

    values: Values
    query: Callable[[Select[Any]], Select[Any]]
    key: tuple[Any, ...]


def submissions(city: City, chosen: Filter, *, base_url: str) -> Source:
    """One row per submission; addresses of photos begin with `base_url`."""
    lat, lon = ("lat", "lon") if chosen.internal else ("public_lat", "public_lon")
    special: dict[str, ColumnElement[Any]] = {
        "partnership": Partnership.slug.expression,
        "city": literal(city.slug),
        "campaign": Campaign.code.expression,
        "lat": getattr(Submission, lat),
        "lon": getattr(Submission, lon),
        "district": District.code.expression,
        "place_name": func.coalesce(Place.name, Submission.place_name),
        "supports": select(func.count()).where(Support.place_id == Submission.place_id).scalar_subquery(),
        "photo": _public_photo(base_url),
        "reply": reply_of(Submission.place_id, city),
        "reason_code": _last_reason(),
        **_texts(),
    }
    stored = {column.key: getattr(Submission, column.key) for column in Submission.__table__.columns}

    def joined(query: Select[Any]) -> Select[Any]:
        query = (
            query.select_from(Submission)
            .join(Campaign, Campaign.id == Submission.campaign_id)
            .join(Partnership, Partnership.id == Campaign.partnership_id)
            .outerjoin(District, District.id == Submission.district_id)
            .outerjoin(Place, Place.id == Submission.place_id)
        )
        for lang, translated in TRANSLATED.items():
            query = query.outerjoin(translated, (translated.submission_id == Submission.id) & (translated.lang == lang))
        return chosen.apply(query, city)

    return Source(stored | special, joined, (Submission.id.expression,))


def translations(city: City, chosen: Filter) -> Source:
    """One row per translation of a submission that is published."""
    values = {
        "id": Translation.submission_id,
        "language": Translation.lang,
        **{name: getattr(Translation, name) for name in ("text", "method", "provider", "reviewed", "at")},
    }

    def joined(query: Select[Any]) -> Select[Any]:
        query = query.select_from(Translation).join(Submission, Submission.id == Translation.submission_id)
        return chosen.apply(query, city)

    return Source(values, joined, (Translation.submission_id, Translation.lang))


def decisions(city: City, *, with_addresses: bool) -> Source:
    """The record of a city in its order; nothing in it is what residents wrote.

    The e-mail addresses of the staff are written only where wanted, else the column is empty.
    """
    stored = {column.key: getattr(Decision, column.key) for column in Decision.__table__.columns}
    special: dict[str, ColumnElement[Any]] = {
        "city": literal(city.slug),
        "at": microseconds(Decision.at),
        "account": Account.email.expression if with_addresses else null(),
    }

    def joined(query: Select[Any]) -> Select[Any]:
        query = query.select_from(Decision).outerjoin(Account, Account.id == Decision.account_id)
        return query.where(Decision.city_id == city.id)

    return Source(stored | special, joined, (Decision.id,))


def downloads(city: City, *, with_addresses: bool) -> Source:
    """Who of the staff took which internal file of a city, in the order of time."""
    stored = {column.key: getattr(Download, column.key) for column in Download.__table__.columns}

    def joined(query: Select[Any]) -> Select[Any]:
        query = query.select_from(Download).join(Account, Account.id == Download.account_id)
        return query.where(Download.city_id == city.id)

    account: ColumnElement[Any] = Account.email.expression if with_addresses else null()
    return Source(stored | {"account": account}, joined, (Download.id,))


def reply_of(place_id: Any, city: City, column: str = "text") -> ColumnElement[Any]:
    """The city's answer at a place in the city's own language, else in the first one there is."""
    own_first = Reply.lang != city.languages[0]
    answers = select(getattr(Reply, column)).where(Reply.place_id == place_id).order_by(own_first, Reply.lang)
    return answers.limit(1).scalar_subquery()


def _public_photo(base_url: str) -> ColumnElement[Any]:
    """The address of the photo, as far as everybody may see it."""
    shown = Photo.submission_id == Submission.id, Submission.status == "published"
    address = literal(f"{base_url}/photos/") + uuid_text(Photo.id) + literal(".jpg")
    return select(address).where(*shown).scalar_subquery()


def _last_reason() -> ColumnElement[Any]:
    return (
        select(Decision.reason_code)
        .where(Decision.submission_id == Submission.id, Decision.action.in_(("reject", "remove")))
        .order_by(Decision.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _texts() -> Values:
    """The text in each language, what kind of text that is, and the least certain kind of all of them."""
    values: dict[str, ColumnElement[Any]] = {}
    for lang, translated in TRANSLATED.items():
        own = or_(Submission.text_lang == lang, Submission.text_lang.startswith(f"{lang}-", autoescape=True))
        values[f"text_{lang}"] = case((own, Submission.text), else_=translated.text)
        values[f"text_{lang}_kind"] = case(
            (Submission.text.is_(None), null()),
            (own, "original"),
            (translated.method == "human", "human"),
            (translated.reviewed, "machine_reviewed"),
            else_=translated.method,
        )
    given = [values[f"text_{lang}_kind"] for lang in TRANSLATED]
    least = [(or_(*(one == kind for one in given)), kind) for kind in KINDS[:0:-1]]
    translated_at_all = or_(*(translated.method.is_not(None) for translated in TRANSLATED.values()))
    values["translation_kind"] = case(
        (Submission.text.is_(None), null()), (translated_at_all, case(*least, else_="original")), else_="original"
    )
    return values
