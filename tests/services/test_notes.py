"""Notes stay in the city; a facilitator advises on what is published, and only the own city sees and settles it."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.notes import TEXT_MAX, Note
from participation.models.partnerships import Partnership
from participation.models.submissions import Submission
from participation.services import notes, receipts
from tests.factories import accounts, campaigns, cities, partnerships, submissions
from tests.factories.submissions import NOW


@pytest.fixture
def both(session: Session, city: City) -> Partnership:
    return partnerships.make(session, city, cities.make(session, "metz"))


@pytest.fixture
def facilitator(session: Session, both: Partnership) -> Account:
    return accounts.make(session, both)


@pytest.fixture
def published(session: Session, city: City, both: Partnership) -> Submission:
    return submissions.published(session, city, campaigns.make(session, partnership=both))


def note(session: Session, account: Account, submission: Submission, text: str = "Asked the gardeners") -> Note:
    return notes.write(session, account=account, submission=submission, text=text, lang="en", now=NOW)


def advise(session: Session, account: Account, submission: Submission, text: str = "It is a saying") -> Note:
    return notes.advise(session, account=account, submission=submission, text=text, lang="fr", now=NOW)


def test_whoever_writes_a_note_keeps_it_and_advice_is_kept_by_nobody(
    session: Session, published: Submission, moderator: Account, facilitator: Account
) -> None:
    made, advice = note(session, moderator, published, " Asked\r\nthem "), advise(session, facilitator, published)
    session.commit()
    session.expire_all()
    assert (made.kind, made.text, made.author, made.keeper) == ("note", "Asked\nthem", moderator, moderator)
    assert (advice.kind, advice.lang, advice.author, advice.keeper) == ("advice", "fr", facilitator, None)
    assert notes.of_submission(session, submission=published) == [made, advice]
    assert notes.own_advice(session, account=facilitator, submission=published) == [advice]


def test_a_facilitator_advises_on_what_is_published_in_the_own_partnership_only(
    session: Session, city: City, published: Submission, moderator: Account, facilitator: Account
) -> None:
    pending = submissions.make(session, city, published.campaign)
    koeln = cities.make(session, "koeln")
    foreign = submissions.published(session, koeln, campaigns.make(session, koeln))
    for submission in (pending, foreign):
        with pytest.raises(NotFound):
            advise(session, facilitator, submission)
    with pytest.raises(NotFound):
        advise(session, moderator, published)
    with pytest.raises(NotFound):
        note(session, facilitator, published)
    with pytest.raises(NotFound):
        note(session, accounts.make(session, koeln), published)
    assert notes.waiting(session, city=city) == 0


@pytest.mark.parametrize(("text", "code"), [(" \n", "text_empty"), ("x" * (TEXT_MAX + 1), "too_long")])
def test_what_cannot_be_noted(
    session: Session, published: Submission, moderator: Account, text: str, code: str
) -> None:
    with pytest.raises(FormInvalid) as caught:
        note(session, moderator, published, text)
    assert caught.value.problems["text"].code == code


def test_the_own_city_settles_what_waits_oldest_first(
    session: Session, city: City, published: Submission, moderator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "PAGE", 2)
    made = [note(session, moderator, published) for _ in range(4)]
    stranger = accounts.make(session, cities.make(session, "koeln"))
    with pytest.raises(NotFound):
        notes.settle(session, account=stranger, note_id=made[0].id, now=NOW)
    for _ in range(2):
        notes.settle(session, account=moderator, note_id=made[0].id, now=NOW)
    assert notes.waiting(session, city=city) == 3
    assert notes.listing(session, account=moderator, city=city) == (made[1:3], 2)
    assert notes.listing(session, account=moderator, city=city, page=99) == (made[3:], 2)
    with pytest.raises(NotFound):
        notes.listing(session, account=stranger, city=city)


def test_erasing_an_entry_deletes_what_was_noted_on_it(
    session: Session, published: Submission, moderator: Account, facilitator: Account
) -> None:
    note(session, moderator, published)
    advise(session, facilitator, published)
    receipts.erase(session, submission=published, now=NOW)
    assert notes.of_submission(session, submission=published) == []
    with pytest.raises(NotFound):
        note(session, moderator, published)
