"""The city answers at its own places, once per language."""

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.places import REPLY_MAX, Place
from participation.models.submissions import Submission
from participation.services import decision_record, replies
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import recorded
from tests.factories.submissions import NOW
from tests.fixtures.threads import while_first_waits


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


def test_a_reader_gets_their_language_or_else_the_first_of_the_city(session: Session, city: City, place: Place) -> None:
    moderator = accounts.make(session, city)
    city.languages = ["fr", "de"]

    def heard(lang: str) -> str:
        reply = replies.for_reader(session, city=city, place_id=place.id, lang=lang)
        return reply.lang if reply else ""

    told = [heard("es")]
    for lang in ("en", "de", "fr"):
        replies.give(session, account=moderator, city=city, place=place, lang=lang, text=lang, now=NOW)
        told.append(heard("es"))
    assert told == ["", "en", "de", "fr"]
    assert [heard(lang) for lang in ("de", "en", "fr")] == ["de", "en", "fr"]


def test_an_answer_is_changed_and_taken_back(session: Session, city: City, place: Place) -> None:
    operator = submissions.operator(session)
    for text in ("first", "second"):
        assert replies.give(session, account=operator, city=city, place=place, lang="en", text=text, now=NOW)
    [reply] = replies.of_place(session, place=place)
    assert reply.text == "second"
    assert replies.give(session, account=operator, city=city, place=place, lang="en", text=" ", now=NOW) is None
    assert replies.of_place(session, place=place) == []


def test_the_record_says_who_answered_in_which_language_and_never_what(
    session: Session, city: City, place: Place
) -> None:
    moderator, other = accounts.make(session, city), submissions.operator(session)
    first = session.scalars(select(Submission).where(Submission.place_id == place.id)).one()
    # What came later, and what is not public, says nothing about the place.
    submissions.make(session, city, first.campaign, place_id=place.id)
    before, data_version = len(recorded(session, city)), city.data_version
    for account, lang, text in (
        (moderator, "de", "Danke"),
        (moderator, "de", " Danke "),
        (moderator, "fr", " "),
        (other, "de", "Vielen Dank"),
        (other, "es-PE", "Gracias"),
        (moderator, "de", ""),
        (moderator, "de", ""),
    ):
        replies.give(session, account=account, city=city, place=place, lang=lang, text=text, now=NOW)
    session.commit()
    rows = recorded(session, city)[before:]
    assert [(row.action, row.codes, row.account) for row in rows] == [
        ("reply", ("de",), moderator),
        ("reply", ("de",), other),
        ("reply", ("es-PE",), other),
        ("take_reply_back", ("de",), moderator),
    ]
    assert {(row.submission_id, row.from_place_id, row.to_place_id) for row in rows} == {(first.id, place.id, place.id)}
    assert {(row.from_status, row.to_status) for row in rows} == {("published", "published")}
    assert city.data_version == data_version + 4
    assert decision_record.verify(session, city=city).fault is None


def test_a_form_sent_twice_is_recorded_once(session: Session, engine: Engine, city: City, place: Place) -> None:
    moderator = accounts.make(session, city)
    before = len(recorded(session, city))
    session.commit()

    def answer(own: Session) -> bool:
        account, here = own.get_one(Account, moderator.id), own.get_one(Place, place.id)
        given = {"account": account, "city": own.get_one(City, city.id), "place": here, "lang": "de", "text": "Danke"}
        return replies.give(own, **given, now=NOW) is not None

    assert while_first_waits(engine, answer, commit=True) == (True, False)
    session.rollback()
    assert [row.action for row in recorded(session, city)[before:]] == ["reply"]


def test_nobody_answers_where_nothing_is_any_more(session: Session, city: City, place: Place) -> None:
    session.execute(update(Submission).values(place_id=None))
    with pytest.raises(NotFound):
        replies.give(
            session, account=accounts.make(session, city), city=city, place=place, lang="de", text="x", now=NOW
        )


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
