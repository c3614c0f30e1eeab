"""Numbers, dates and names in the page's language."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from flask import Flask
from flask_babel import gettext
from jinja2 import StrictUndefined

from participation.locales import DEFAULT
from participation.models.cities import City
from participation.text import primary
from participation.web.plumbing.locale import LOCALES, lang, locale


def init(app: Flask) -> None:
    """Give the templates their filters, and `new_key()` for each form of its own.

    An unknown variable is an error, not an empty spot.
    """
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["new_key"] = lambda: str(uuid.uuid4())
    app.jinja_env.filters |= {"number": number, "percent": percent, "day": day, "moment": moment, "named": named}
    app.jinja_env.tests["foreign"] = is_foreign
    app.jinja_env.filters |= {"ago": ago, "language_name": language_name, "metres": metres, "size": size}


def number(value: float) -> str:
    """1234.5 as 1.234,5 in German."""
    return format_decimal(value, locale=locale())


def percent(value: float) -> str:
    """0.41 as 41 % in German."""
    return format_percent(value, locale=locale())


def metres(value: float) -> str:
    """How far: "350 m", and from a kilometre on "1,2 km" in German; nobody measures more closely on foot."""
    if value < 995:
        return _unit(round(value, -1), "length-meter", lang())
    return _unit(round(value / 1000, 1), "length-kilometer", lang())


@lru_cache(maxsize=2048)
def _unit(value: float, unit: str, code: str) -> str:
    return format_unit(value, unit, length="short", locale=LOCALES[code])


def size(value: float) -> str:
    """How large a file is: "24 kB", "1,3 MB"."""
    # In German the short form of exactly one is "1 kbyte"; only there the narrow one has a space too.
    length: Literal["short", "narrow"] = "narrow" if lang() == "de" else "short"
    if value < 1_000_000:
        return format_unit(max(1, round(value / 1000)), "digital-kilobyte", length=length, locale=locale())
    return format_unit(round(value / 1_000_000, 1), "digital-megabyte", length=length, locale=locale())


def day(value: date) -> str:
    """A date in words."""
    return _day(date(value.year, value.month, value.day), lang())


@lru_cache(maxsize=2048)
def _day(value: date, code: str) -> str:
    words = format_date(value, format="long", locale=LOCALES[code])
    # French says "premier" for the first day of a month; the locale data leave that to us.
    return words.replace("1 ", "1er ", 1) if code == "fr" and value.day == 1 else words


def moment(value: datetime, city: City) -> str:
    """A moment in the time zone of the city."""
    local = value.astimezone(ZoneInfo(city.time_zone))
    return gettext("%(day)s, %(time)s", day=day(local), time=format_time(local, format="short", locale=locale()))


def ago(value: datetime) -> str:
    """How long ago a moment was: "vor 3 Tagen"."""
    return format_timedelta(value - datetime.now(UTC), add_direction=True, locale=locale())


def language_name(tag: str) -> str:
    """The name of a language in the page's language: `es-PE` is "Spanisch (Peru)"; an unknown tag stays as it is."""
    return _language_name(tag, lang())


@lru_cache(maxsize=512)
def _language_name(tag: str, code: str) -> str:
    try:
        known = Locale.parse(tag, sep="-", resolve_likely_subtags=False)
    except (UnknownLocaleError, ValueError):
        names: Mapping[str, str] = Locale.parse(code).languages
        return names.get(primary(tag), tag)
    return known.get_display_name(code) or tag


def is_foreign(tag: str | None) -> bool:
    """Whether a text is known to be in another language than the page."""
    return bool(tag) and primary(str(tag)) != lang()


def named(thing: Any, language: str = "") -> str:
    """The name of a city, campaign, landmark or partnership in the page's language, or in one that it has."""
    names: dict[str, str] = thing.name
    return names.get(language or lang()) or names.get(DEFAULT) or next(iter(names.values()))
