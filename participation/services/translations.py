"""Translations of what residents wrote, made and read by the city; they never outlive the words they translate."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete as deletion
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound, Problem
from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.originals import Original
from participation.models.submissions import Submission
from participation.models.translations import TRANSLATION_MAX, Translation
from participation.services import decision_record, roles, tiles
from participation.text import clean_text, fingerprint, primary

# What its author took back or erased nobody translates any more.
STATES = ("pending", "published", "rejected", "removed")
# Mail addresses, numbers, and words of some length: short ones mean other things in other languages.
_TELLING = re.compile(r"[\w.+-]+@[\w.-]+\w|\d{3,}|[^\W\d_]{4,}")


@dataclass(frozen=True)
class Beside:
    """What somebody had before their eyes: hashes of the original and of the translation there was, if any."""

    original: str
    translation: str = ""


def beside(submission: Submission, translation: Translation | None) -> Beside:
    """What a form carries along, so that nothing is overwritten that nobody has seen."""
    own = fingerprint(translation.text) if translation else ""
    return Beside(fingerprint(submission.text or ""), own)


def languages(submission: Submission) -> list[str]:
    """Into which languages the text of a submission can be translated: `es-PE` is Spanish; none without a text."""
    own = primary(submission.text_lang or "")
    return [code for code in CODES if submission.text and code != own]


def can_have(submission: Submission) -> bool:
    """Whether there is something to translate, in a state in which somebody may."""
    return submission.status in STATES and bool(languages(submission))


def of_submission(session: Session, *, submission: Submission) -> dict[str, Translation]:
    """All translations of a submission that may be shown, by their language."""
    query = select(Translation).where(Translation.submission_id == submission.id)
    shown = languages(submission)
    return {one.lang: one for one in session.scalars(query) if one.lang in shown}


def into(session: Session, *, submissions: Iterable[Submission], lang: str) -> dict[UUID, Translation]:
    """What there is in a language of those that were written in another one; one statement, or none."""
    foreign = [one.id for one in submissions if lang in languages(one)]
    if not foreign:
        return {}
    query = select(Translation).where(Translation.submission_id.in_(foreign), Translation.lang == lang)
    return {one.submission_id: one for one in session.scalars(query)}


def write(
    session: Session, *, account: Account, submission: Submission, lang: str, text: str, seen: Beside, now: datetime
) -> Translation:
    """Write a translation by hand, or correct one; what a machine has made and nobody changes is reviewed then.

    Raises FormInvalid for what cannot be stored, Conflict where the original or the translation changed in the
    meantime, and NotFound for whoever may not decide there and for what is gone.
    """
    before, text = _held(session, account, submission, lang), clean_text(text)
    if beside(submission, before).original != seen.original:
        raise Conflict("original_changed")
    if before and before.text == text:
        # The same form twice, or read and found right.
        return before if before.reviewed else _reviewed(session, submission, before)
    if beside(submission, before) != seen:
        raise Conflict("translation_changed")
    _check(session, submission, text)
    _touch(session, submission)
    translation = before or Translation(submission_id=submission.id, lang=lang)
    translation.text, translation.method, translation.provider = text, "human", None
    translation.reviewed, translation.at = True, now
    session.add(translation)
    session.flush()
    return translation


def review(session: Session, *, account: Account, submission: Submission, lang: str, seen: Beside) -> Translation:
    """Somebody has read a translation beside the original and found it right. Raises as `write`, twice is once."""
    translation = _held(session, account, submission, lang)
    if translation is None or beside(submission, translation) != seen:
        raise Conflict("translation_changed")
    return translation if translation.reviewed else _reviewed(session, submission, translation)


def delete(session: Session, *, account: Account, submission: Submission, lang: str, seen: Beside) -> None:
    """Delete a translation. Raises as `write`, twice is once."""
    translation = _held(session, account, submission, lang)
    if translation is None:
        return
    if beside(submission, translation) != seen:
        raise Conflict("translation_changed")
    _touch(session, submission)
    session.delete(translation)
    session.flush()


def forget(session: Session, *, submission: Submission, lang: str = "") -> None:
    """Delete what a text was in other languages, or in one: it is gone, it is another one, or in that one by now."""
    ours = deletion(Translation).where(Translation.submission_id == submission.id)
    session.execute(ours.where(Translation.lang == lang) if lang else ours)


def _held(session: Session, account: Account, submission: Submission, lang: str) -> Translation | None:
    """Hold the submission, and give the translation as it is now."""
    if not roles.may_in(account, "decide", submission.city):
        raise NotFound("submission_unknown")
    decision_record.hold(session, submission=submission)
    if not can_have(submission):
        raise NotFound("submission_unknown")
    if lang not in languages(submission):
        raise FormInvalid({"into": Problem("unknown_code", {"value": lang[:60]})})
    return session.get(Translation, (submission.id, lang), populate_existing=True)


def _reviewed(session: Session, submission: Submission, translation: Translation) -> Translation:
    _touch(session, submission)
    translation.reviewed = True
    session.flush()
    return translation


def _touch(session: Session, submission: Submission) -> None:
    """What is public is in the downloads, and so is its translation."""
    if submission.status == "published":
        tiles.touch_data(session, city_id=submission.city_id)


def _check(session: Session, submission: Submission, text: str) -> None:
    if not text:
        raise FormInvalid({"text": Problem("text_empty")})
    if len(text) > TRANSLATION_MAX:
        raise FormInvalid({"text": Problem("too_long", {"max": TRANSLATION_MAX, "length": len(text)})})
    original = session.get(Original, submission.id) if submission.redacted_at else None
    hidden = _telling(original.text or "") - _telling(submission.text or "") if original else set()
    shown = sorted(hidden & _telling(text))
    if shown:
        raise FormInvalid({"text": Problem("redacted_word", {"word": shown[0]})})


def _telling(text: str) -> set[str]:
    """Words that are the same in every language, such as names and numbers: a redaction of them holds in all."""
    return {word for word in _TELLING.findall(text) if word[0].isupper() or not word.isalpha()}
