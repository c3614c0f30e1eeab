"""Templates of a city's answers: kept by those who answer there, and filled in for a place."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound, Problem
from participation.geo import Point
from participation.locales import DEFAULT
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.places import REPLY_MAX, Place
from participation.models.reply_templates import NAME_MAX, VARIABLES, ReplyTemplate
from participation.services import roles
from participation.services.locations import district_of
from participation.text import clean_text

IN_BRACES = re.compile(r"\{([^{}\n]{1,40})\}")


def of_city(session: Session, *, account: Account, city: City) -> Sequence[ReplyTemplate]:
    """The templates of a city by name; NotFound for an account that does not answer there."""
    _check(account, city)
    query = select(ReplyTemplate).where(ReplyTemplate.city_id == city.id)
    return session.scalars(query.order_by(ReplyTemplate.name)).all()


def one(session: Session, *, account: Account, city: City, template_id: int) -> ReplyTemplate:
    """A template of a city; NotFound as `of_city`."""
    _check(account, city)
    template = session.get(ReplyTemplate, template_id)
    if template is None or template.city_id != city.id:
        raise NotFound("template_unknown")
    return template


def keep(
    session: Session,
    *,
    account: Account,
    city: City,
    name: str,
    texts: Mapping[str, str],
    now: datetime,
    template: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Store a new template, or change one; languages without a text are left out.

    Raises FormInvalid with every problem by field: `name`, `texts`, or `text_de` for the text in one language.
    """
    _check(account, city)
    name = " ".join(clean_text(name).split())
    cleaned = {lang: clean_text(text) for lang, text in texts.items()}
    problems = _problems(session, city, name, cleaned, template)
    if problems:
        raise FormInvalid(problems)
    kept = template or ReplyTemplate(city_id=city.id)
    kept.name, kept.changed_at = name, now
    kept.texts = {lang: text for lang, text in cleaned.items() if text}
    session.add(kept)
    session.flush()
    return kept


def delete(session: Session, *, account: Account, city: City, template_id: int) -> None:
    """Throw a template away; what was answered with it stays."""
    session.delete(one(session, account=account, city=city, template_id=template_id))
    session.flush()


def filled(template: ReplyTemplate, *, city: City, place: Place) -> dict[str, str]:
    """The texts of a template for a place, by language; what nobody knows about the place stays in its braces."""
    district = district_of(city.districts, Point(place.lat, place.lon))
    known = {"place": place.name or "", "district": district.name if district else ""}
    return {
        lang: _fill(text, known | {"city": city.name.get(lang) or city.name.get(DEFAULT) or city.slug})
        for lang, text in template.texts.items()
    }


def left_open(text: str) -> str | None:
    """The first variable that still stands in a text, in its braces."""
    return next((found[0] for found in IN_BRACES.finditer(text) if found[1] in VARIABLES), None)


def _fill(text: str, values: Mapping[str, str]) -> str:
    return IN_BRACES.sub(lambda found: values.get(found[1]) or found[0], text)


def _check(account: Account, city: City) -> None:
    if not roles.may_in(account, "answer", city):
        raise NotFound("city_unknown", slug=city.slug)


def _problems(
    session: Session, city: City, name: str, texts: Mapping[str, str], template: ReplyTemplate | None
) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    if not name:
        problems["name"] = Problem("required")
    elif len(name) > NAME_MAX:
        problems["name"] = Problem("too_long", {"max": NAME_MAX, "length": len(name)})
    elif _is_taken(session, city, name, template):
        problems["name"] = Problem("name_taken")
    for lang, text in texts.items():
        strange = [found[0] for found in IN_BRACES.finditer(text) if found[1] not in VARIABLES]
        if len(text) > REPLY_MAX:
            problems[f"text_{lang}"] = Problem("too_long", {"max": REPLY_MAX, "length": len(text)})
        elif strange:
            problems[f"text_{lang}"] = Problem("unknown_variable", {"variable": strange[0]})
    if not any(texts.values()):
        problems["texts"] = Problem("text_required")
    return problems


def _is_taken(session: Session, city: City, name: str, template: ReplyTemplate | None) -> bool:
    query = select(ReplyTemplate.id).where(ReplyTemplate.city_id == city.id, ReplyTemplate.name == name)
    found = session.scalar(query)
    return found is not None and (template is None or found != template.id)
