"""The city's public answer at a place, once per language."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotAllowed, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.places import REPLY_MAX, Place, Reply
from participation.services import reply_templates, roles, tiles
from participation.text import clean_text, is_language_tag


def of_place(session: Session, *, place: Place, lang: str = "") -> Sequence[Reply]:
    """The city's answer in every language it was given; the one in `lang` comes first."""
    replies = session.scalars(select(Reply).where(Reply.place_id == place.id)).all()
    return sorted(replies, key=lambda reply: (reply.lang != lang, reply.lang))


def give(
    session: Session, *, account: Account, city: City, place: Place, lang: str, text: str, now: datetime
) -> Reply | None:
    """Answer at a place in one language, or change the answer; an empty text takes it back and gives None.

    Raises NotAllowed for an account of another city, and FormInvalid for what cannot be stored.
    """
    if not roles.may_in(account, "answer", city) or place.city_id != city.id:
        raise NotAllowed("not_your_city")
    text = clean_text(text)
    if not is_language_tag(lang):
        raise FormInvalid({"lang": Problem("unknown_code", {"value": lang[:60]})})
    if len(text) > REPLY_MAX:
        raise FormInvalid({"text": Problem("too_long", {"max": REPLY_MAX, "length": len(text)})})
    variable = reply_templates.left_open(text)
    if variable:
        raise FormInvalid({"text": Problem("variable_left", {"variable": variable})})
    tiles.touch_data(session, city_id=city.id)
    session.execute(delete(Reply).where(Reply.place_id == place.id, Reply.lang == lang))
    if not text:
        return None
    reply = Reply(place_id=place.id, lang=lang, text=text, created_at=now)
    session.add(reply)
    session.flush()
    return reply
