"""Translations are written by the own city's team, overwrite nothing unseen, and go with the words they translate."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.translations import TRANSLATION_MAX, Translation
from participation.services import decision_amendments, decisions, originals, receipts, redactions, translations
from participation.services.decision_amendments import Amendment
from participation.services.decisions import Seen
from participation.services.originals import Hidden
from participation.services.receipts import Correction
from tests.factories import accounts, cities, submissions
from tests.factories.decisions import colleague
from tests.factories.submissions import NOW, draft
from tests.fixtures.statements import Budget

TEXT = "Call Anna Muster on 06241 853 please"
NUMBER = (20, 29)
LATER = NOW + timedelta(hours=1)
Step = Callable[[Session, Account, Submission, Path], object]


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign, text=TEXT, text_lang="en-GB")


def there(session: Session, submission: Submission, lang: str = "fr") -> Translation | None:
    return session.get(Translation, (submission.id, lang), populate_existing=True)


def write(session: Session, account: Account, submission: Submission, text: str, **changed: Any) -> Translation:
    """By somebody who has both before their eyes as they are now."""
    lang = changed.pop("lang", "fr")
    seen = translations.beside(submission, there(session, submission, lang))
    values = {"account": account, "submission": submission, "lang": lang, "seen": seen, "now": NOW} | changed
    return translations.write(session, text=text, **values)


def by_machine(session: Session, submission: Submission, text: str = "Appelez Anna", lang: str = "fr") -> Translation:
    made = Translation(submission_id=submission.id, lang=lang, text=text, method="machine", provider="a box", at=NOW)
    session.add(made)
    session.flush()
    return made


def version(session: Session, city: City) -> int:
    return session.scalars(select(City.data_version).where(City.id == city.id)).one()


def test_a_translation_is_written_by_hand_and_corrected(
    session: Session, city: City, moderator: Account, submission: Submission
) -> None:
    assert translations.languages(submission) == ["de", "fr", "es"]
    write(session, moderator, submission, " Appelez\r\nAnna \0")
    session.commit()
    made = there(session, submission)
    assert made
    assert (made.text, made.at) == ("Appelez\nAnna", NOW)
    assert (made.method, made.provider, made.reviewed) == ("human", None, True)
    # Nobody sees it yet, so nothing that is public is another one.
    assert version(session, city) == 0
    submissions.publish(session, submission)
    before = version(session, city)
    write(session, moderator, submission, "Appelez donc Anna", now=LATER)
    write(session, moderator, submission, "Bitte Anna anrufen", lang="de", now=LATER)
    assert version(session, city) == before + 2
    found = translations.of_submission(session, submission=submission)
    assert {lang: (one.text, one.at) for lang, one in found.items()} == {
        "fr": ("Appelez donc Anna", LATER),
        "de": ("Bitte Anna anrufen", LATER),
    }


def test_what_a_machine_made_is_read_or_corrected(
    session: Session, city: City, moderator: Account, submission: Submission
) -> None:
    submissions.publish(session, submission)
    made = by_machine(session, submission)
    step: dict[str, Any] = {"account": moderator, "submission": submission, "lang": "fr"}
    before = version(session, city)
    for _ in range(2):
        translations.review(session, **step, seen=translations.beside(submission, made))
    assert (made.method, made.provider, made.reviewed) == ("machine", "a box", True)
    assert version(session, city) == before + 1
    # Saved as it is, it stays the machine's; changed it is somebody's own.
    made.reviewed = False
    write(session, moderator, submission, "Appelez Anna", now=LATER)
    assert (made.method, made.reviewed, made.at) == ("machine", True, NOW)
    write(session, moderator, submission, "Téléphonez", now=LATER)
    assert (made.method, made.provider, made.at) == ("human", None, LATER)
    seen = translations.beside(submission, made)
    for _ in range(2):
        translations.delete(session, **step, seen=seen)
    assert there(session, submission) is None
    with pytest.raises(Conflict):
        translations.review(session, **step, seen=seen)


def test_nothing_is_overwritten_that_nobody_has_seen(
    session: Session, moderator: Account, submission: Submission
) -> None:
    empty = translations.beside(submission, None)
    mine = write(session, moderator, submission, "Appelez")
    # The same form twice is once, another one is refused.
    assert write(session, moderator, submission, "Appelez", seen=empty, now=LATER).at == NOW
    step: dict[str, Any] = {"account": moderator, "submission": submission, "lang": "fr", "seen": empty}
    for refused in (
        lambda: translations.write(session, **step, text="Téléphonez", now=LATER),
        lambda: translations.review(session, **step),
        lambda: translations.delete(session, **step),
    ):
        with pytest.raises(Conflict) as caught:
            refused()
        assert caught.value.code == "translation_changed"
    assert mine.text == "Appelez"
    seen = translations.beside(submission, mine)
    submission.text = "Please phone"
    session.flush()
    with pytest.raises(Conflict) as caught:
        write(session, moderator, submission, "Appelez", seen=seen)
    assert caught.value.code == "original_changed"


@pytest.mark.parametrize(
    ("text", "lang", "problem"),
    [
        (" \n", "fr", ("text", "text_empty")),
        ("x" * (TRANSLATION_MAX + 1), "fr", ("text", "too_long")),
        ("Ring", "en", ("into", "unknown_code")),
        ("Ring", "pt", ("into", "unknown_code")),
        ("Ring", "'; --" * 99, ("into", "unknown_code")),
    ],
)
def test_what_cannot_be_stored(
    session: Session, moderator: Account, submission: Submission, text: str, lang: str, problem: tuple[str, str]
) -> None:
    with pytest.raises(FormInvalid) as caught:
        write(session, moderator, submission, text, lang=lang)
    assert {(field, one.code) for field, one in caught.value.problems.items()} == {problem}


def test_only_the_own_city_translates_and_nothing_that_is_gone(
    session: Session, city: City, campaign: Campaign, moderator: Account, submission: Submission
) -> None:
    metz = cities.make(session, "metz")
    former = accounts.make(session, city)
    former.active = False
    for stranger in (accounts.make(session, metz), former):
        with pytest.raises(NotFound):
            write(session, stranger, submission, "Appelez")
    silent = submissions.make(session, city, campaign)
    submissions.publish(session, submission)
    receipts.withdraw(session, submission=submission, now=NOW)
    for gone in (silent, submission):
        with pytest.raises(NotFound):
            write(session, moderator, gone, "Appelez")


def test_what_is_hidden_in_the_original_is_hidden_in_every_language(
    session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    hidden = Hidden(ranges=(NUMBER,))
    step: dict[str, Any] = {"account": moderator, "submission": submission, "folder": tmp_path, "now": NOW}
    redactions.redact(session, **step, seen=Seen(submission.version), hidden=hidden)
    with pytest.raises(FormInvalid) as caught:
        write(session, moderator, submission, "Appelez Anna Muster au 06241-853 s’il vous plaît")
    problem = caught.value.problems["text"]
    assert (problem.code, problem.details) == ("redacted_word", {"word": "06241"})
    # What is still to be seen, and small words, may stand in a translation.
    assert write(session, moderator, submission, "Appelez Anna Muster au █████ please")


def correct(session: Session, _account: Account, submission: Submission, folder: Path) -> None:
    correction = Correction(draft(submission.kind), submission.version)
    receipts.correct(session, submission=submission, correction=correction, now=NOW, folder=folder)


def erase(session: Session, _account: Account, submission: Submission, folder: Path) -> None:
    receipts.erase(session, submission=submission, now=NOW, folder=folder)


def redact(session: Session, account: Account, submission: Submission, folder: Path) -> None:
    step: dict[str, Any] = {"account": account, "submission": submission, "seen": Seen(submission.version), "now": NOW}
    redactions.redact(session, **step, hidden=Hidden(ranges=(NUMBER,)), folder=folder)


def restore(session: Session, account: Account, submission: Submission, folder: Path) -> None:
    """Redacted, translated as it is then, and shown again."""
    redact(session, account, submission, folder)
    assert there(session, submission) is None
    write(session, account, submission, "Appelez █████")
    step: dict[str, Any] = {"submission": submission, "now": NOW}
    redactions.ask(session, **step, account=account, seen=Seen(submission.version), wish="restore")
    other = colleague(session, account)
    redactions.grant(session, **step, account=other, seen=Seen(submission.version), folder=folder)


def take_back(session: Session, account: Account, submission: Submission, folder: Path) -> None:
    """Published without some words, and a moment later not at all."""
    step: dict[str, Any] = {"account": account, "submission": submission, "now": NOW}
    hidden = Hidden(ranges=(NUMBER,))
    redactions.publish_redacted(session, **step, seen=Seen(submission.version), hidden=hidden, folder=folder)
    write(session, account, submission, "Appelez █████")
    decisions.undo(session, **step, seen=Seen(submission.version))


def outlive(session: Session, account: Account, submission: Submission, folder: Path) -> None:
    """Refused, and forgotten half a year later."""
    step: dict[str, Any] = {"account": account, "submission": submission, "seen": Seen(submission.version), "now": NOW}
    decisions.reject(session, **step, reason_code="unclear")
    assert receipts.forget_refused(session, now=NOW + timedelta(days=400), folder=folder) == 1


@pytest.mark.parametrize("step", [correct, erase, redact, restore, take_back, outlive])
def test_a_translation_goes_with_the_words_it_translates(
    step: Step, session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    for lang in ("fr", "de"):
        write(session, moderator, submission, "Appelez", lang=lang)
    step(session, moderator, submission, tmp_path)
    session.commit()
    assert session.scalars(select(Translation)).all() == []


def test_what_leaves_the_words_leaves_their_translations(
    session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    for lang in ("fr", "de"):
        write(session, moderator, submission, "Appelez", lang=lang)
    submissions.publish(session, submission)
    submission.place_name = "Am Brunnen"
    originals.hide(session, submission=submission, hidden=Hidden(place_name=True), folder=tmp_path, now=NOW)
    originals.put_back(session, submission=submission, folder=tmp_path)
    assert sorted(translations.of_submission(session, submission=submission)) == ["de", "fr"]
    # It was French all the time: then there is nothing to translate into French.
    step: dict[str, Any] = {"account": moderator, "submission": submission, "now": NOW}
    decision_amendments.amend(session, **step, seen=Seen(submission.version), wanted=Amendment(text_lang="fr-CA"))
    assert (there(session, submission), translations.languages(submission)) == (None, ["de", "es", "en"])
    assert sorted(translations.of_submission(session, submission=submission)) == ["de"]


def test_a_list_costs_one_statement_and_its_own_language_none(
    session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    made = [submissions.make(session, city, campaign, text=f"Hot {n}", text_lang="en") for n in range(5)]
    for one in made[:3]:
        by_machine(session, one, f"Chaud {one.id}")
        by_machine(session, one, "Heiß", lang="de")
    silent = submissions.make(session, city, campaign)
    with at_most(1):
        found = translations.into(session, submissions=[*made, silent], lang="fr")
    assert {key: one.text for key, one in found.items()} == {one.id: f"Chaud {one.id}" for one in made[:3]}
    with at_most(0):
        assert translations.into(session, submissions=[*made, silent], lang="en") == {}
