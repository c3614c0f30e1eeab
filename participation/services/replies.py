"""The city's public answer at a place, once per language; the record says who gave, changed and took back which."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotAllowed, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.places import REPLY_MAX, Place, Reply
from participation.services import decision_record, reply_templates, roles, tiles
from participation.services.decision_record import record
from participation.text import clean_text, is_language_tag


def of_place(session: Session, *, place: Place, lang: str = "") -> Sequence[Reply]:
    """The city's answer in every language it was given; the one in `lang` comes first."""
    replies = session.scalars(select(Reply).where(Reply.place_id == place.id)).all()
    return sorted(replies, key=lambda reply: (reply.lang != lang, reply.lang))


def for_reader(session: Session, *, city: City, place_id: UUID, lang: str) -> Reply | None:
    """The city's answer for somebody who reads `lang`: in that language, or else in the first of the city's own."""
    own = {code: number for number, code in enumerate(city.languages)}
    replies = session.scalars(select(Reply).where(Reply.place_id == place_id)).all()
    order = sorted(replies, key=lambda reply: (reply.lang != lang, own.get(reply.lang, len(own)), reply.lang))
    return order[0] if order else None


def give(
    session: Session, *, account: Account, city: City, place: Place, lang: str, text: str, now: datetime
) -> Reply | None:
    """Answer at a place in one language, or change the answer; an empty text takes it back.

    Gives the new answer, and None where there is none: a form that is sent twice is neither news nor a second decision.
    Raises NotAllowed for an account of another city, FormInvalid for what cannot be stored, and NotFound for a place
    that nothing belongs to any more.
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
    submission = decision_record.hold_place(session, city_id=city.id, place_id=place.id)
    if submission is None:
        raise NotFound("place_unknown")
    own = Reply.place_id == place.id, Reply.lang == lang
    if (session.scalar(select(Reply.text).where(*own)) or "") == text:
        return None
    tiles.touch_data(session, city_id=city.id)
    session.execute(delete(Reply).where(*own))
    reply = Reply(place_id=place.id, lang=lang, text=text, created_at=now) if text else None
    if reply:
        session.add(reply)
    # Never what it says: that can be read at the place, and goes with it.
    action, here = "reply" if text else "take_reply_back", (place.id, place.id)
    record(session, submission=submission, action=action, now=now, account=account, details=(lang,), places=here)
    return reply
