"""Finds English that is left in a page of another language, by asking the catalogues."""

import re
from functools import cache, lru_cache

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from participation.questionnaire import load, versions
from participation.settings import ROOT

TRANSLATIONS = ROOT / "translations"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache
def catalogue(lang: str) -> Catalog:
    """The catalogue of a language, empty where there is none yet."""
    file = TRANSLATIONS / lang / "LC_MESSAGES" / "messages.po"
    if not file.is_file():
        return Catalog(lang)
    with file.open("rb") as opened:
        return read_po(opened, lang)


@lru_cache(maxsize=50_000)
def is_untranslated(lang: str, text: str) -> bool:
    """Whether this text of a page is an English message that the language has its own words for."""
    english, patterns, own = _known(lang)
    if text in own:
        return False
    return text in english or any(pattern.fullmatch(text) for pattern in patterns)


@cache
def _known(lang: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...], frozenset[str]]:
    """Messages in English (as they are, and as patterns where they hold variables), and all texts of the language."""
    english, patterns, own = set(), set(), set(_labels(lang))
    for message in catalogue(lang):
        for source in _forms(message.id):
            translated = [flat(text) for text in _forms(message.string) if text]
            own.update(translated)
            if not source or not translated or flat(source) in translated:
                continue
            if PLACEHOLDER.search(source):
                patterns.add(_pattern(flat(source)))
            else:
                english.add(flat(source))
    return frozenset(english), tuple(pattern for pattern in patterns if pattern), frozenset(own)


def flat(text: str) -> str:
    """The text with one blank wherever there is white space."""
    return " ".join(text.split())


def _forms(texts: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts or ())


def _pattern(source: str) -> re.Pattern[str] | None:
    """Matches the message with any values; None where too little would be left to tell it from other texts."""
    literal = PLACEHOLDER.split(source)[::2]
    if len(re.findall(r"[A-Za-z]{2,}", " ".join(literal))) < 2:
        return None
    return re.compile(".+".join(re.escape(part.replace("%%", "%")) for part in literal))


def _labels(lang: str) -> set[str]:
    """The wordings of the questionnaires, which may be spelt like an English message."""
    found: set[str] = set()
    for questionnaire in map(load, versions()):
        for question in questionnaire.questions:
            labels = [question.label, question.hint or {}, *question.label_for.values()]
            labels += [option.label for option in question.options]
            found |= {flat(label[lang]) for label in labels if lang in label}
        for kind in questionnaire.kinds:
            found |= {kind.label[lang], (kind.hint or {}).get(lang, "")}
    return found
