"""The city answers at its own places, once per language."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotAllowed
from participation.models.cities import City
from participation.models.places import REPLY_MAX, Place
from participation.services import replies
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW


@pytest.fixture
def place(session: Session, city: City) -> Place:
    campaign = campaigns.make(session, city)
    return session.get_one(Place, submissions.published(session, city, campaign).place_id)


def test_the_one_in_the_language_of_the_page_comes_first(session: Session, city: City, place: Place) -> None:
    moderator = accounts.make(session, city)
    for lang, text in {"en": "Thanks", "de": " Danke\r\nsehr ", "fr": "Merci"}.items():
        replies.give(session, account=moderator, city=city, place=place, lang=lang, text=text, now=NOW)
    assert [reply.lang for reply in replies.of_place(session, place=place, lang="fr")] == ["fr", "de", "en"]
    assert [reply.text for reply in replies.of_place(session, place=place, lang="es")] == [
        "Danke\nsehr",
        "Thanks",
        "Merci",
    ]


def test_an_answer_is_changed_and_taken_back(session: Session, city: City, place: Place) -> None:
    operator = submissions.operator(session)
    for text in ("first", "second"):
        assert replies.give(session, account=operator, city=city, place=place, lang="en", text=text, now=NOW)
    [reply] = replies.of_place(session, place=place)
    assert reply.text == "second"
    assert replies.give(session, account=operator, city=city, place=place, lang="en", text=" ", now=NOW) is None
    assert replies.of_place(session, place=place) == []


def test_only_the_own_city_answers_and_only_what_can_be_stored(session: Session, city: City, place: Place) -> None:
    other = cities.make(session, "metz")
    for account, where in ((accounts.make(session, other), city), (accounts.make(session, other), other)):
        with pytest.raises(NotAllowed):
            replies.give(session, account=account, city=where, place=place, lang="en", text="x", now=NOW)
    moderator = accounts.make(session, city)
    for field, bad in {"text": {"text": "x" * (REPLY_MAX + 1)}, "lang": {"lang": "<b>"}}.items():
        values = {"lang": "en", "text": "x", **bad}
        with pytest.raises(FormInvalid) as caught:
            replies.give(session, account=moderator, city=city, place=place, now=NOW, **values)
        assert list(caught.value.problems) == [field]
