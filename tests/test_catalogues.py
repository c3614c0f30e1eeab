"""Catalogues are checked like code: complete, up to date, with the same variables and tags, and compiled."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from participation.locales import CODES, DEFAULT
from participation.settings import ROOT

FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
TRANSLATED = [code for code in CODES if code != DEFAULT]
VARIABLE = re.compile(r"%(?:\((?P<name>\w+)\))?(?P<kind>[a-zA-Z%])")
# Words with which a page would call somebody by the familiar form.
FAMILIAR = {
    "de": re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(tu|toi|tes|vas-y)\b", re.IGNORECASE),
    "es": re.compile(r"\b(tú|tu|tus|ti|contigo|vosotr[oa]s|vuestr[oa]s?)\b", re.IGNORECASE),
}
each_language = pytest.mark.parametrize("code", TRANSLATED)


def catalogue(code: str) -> Catalog:
    with (FOLDER / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, code)


def messages(code: str) -> list[Message]:
    return [message for message in catalogue(code) if message.id]


def forms(texts: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def ids(catalogue: Catalog) -> set[tuple[str | None, tuple[str, ...]]]:
    return {(message.context, forms(message.id)) for message in catalogue if message.id}


def read_template(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def variables(text: str) -> list[str]:
    return sorted(found["name"] or found["kind"] for found in VARIABLE.finditer(text))


def tags(text: str) -> list[str]:
    """Start tags with their attributes, and end tags, in order."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(f"<{tag} {sorted(map(str, attrs))}>")

        def handle_endtag(self, tag: str) -> None:
            found.append(f"</{tag}>")

    Reader().feed(text)
    return sorted(found)


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == {*TRANSLATED}
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.po")} == {
        f"{code}/LC_MESSAGES/messages.po" for code in TRANSLATED
    }


def test_the_template_holds_the_messages_of_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    fresh = tmp_path / "messages.pot"
    command = ["pybabel", "--quiet", "extract", "-F", "pyproject.toml", "-k", "lazy_gettext", "--omit-header"]
    # As in tools/messages.sh: without this Babel passes over folders such as templates/_macros.
    command += ["--ignore-dirs", ".*"]
    CommandLineInterface().run([*command, "-o", str(fresh), "participation", "templates"])
    expected, there = ids(read_template(fresh)), ids(read_template(TEMPLATE))
    assert len(expected) > 100
    assert there == expected, "run `make messages`"


@each_language
def test_every_catalogue_holds_the_messages_of_the_template(code: str) -> None:
    assert ids(catalogue(code)) == ids(read_template(TEMPLATE)), "run `make messages`"


@each_language
def test_everything_is_translated_and_nothing_is_a_guess(code: str) -> None:
    plural_forms = catalogue(code).num_plurals
    for message in messages(code):
        assert not message.fuzzy, message.id
        translated = forms(message.string)
        assert all(text.strip() for text in translated), message.id
        assert len(translated) == (plural_forms if message.pluralizable else 1), message.id


@each_language
def test_variables_are_the_same_in_every_form(code: str) -> None:
    for message in messages(code):
        expected = variables(forms(message.id)[-1])
        for text in (*forms(message.id), *forms(message.string)):
            assert variables(text) == expected, message.id


@each_language
def test_tags_are_the_same_in_every_form(code: str) -> None:
    for message in messages(code):
        expected = tags(forms(message.id)[-1])
        for text in (*forms(message.id), *forms(message.string)):
            assert tags(text) == expected, message.id


@each_language
def test_texts_begin_and_end_alike(code: str) -> None:
    """A lost full stop, or a blank at the edge, shows that a sentence was cut off."""
    for message in messages(code):
        for text in forms(message.string):
            source = forms(message.id)[-1]
            assert text == text.strip(), message.id
            assert [text.endswith(mark) for mark in ".…"] == [source.endswith(mark) for mark in ".…"], message.id


@each_language
def test_people_are_addressed_formally(code: str) -> None:
    familiar = [text for message in messages(code) for text in forms(message.string) if FAMILIAR[code].search(text)]
    assert familiar == []


@each_language
def test_what_is_compiled_is_what_was_written(code: str) -> None:
    compiled = FOLDER / code / "LC_MESSAGES" / "messages.mo"
    assert compiled.is_file(), "run `make setup`"
    with compiled.open("rb") as file:
        there = {forms(message.id): forms(message.string) for message in read_mo(file) if message.id}
    assert there == {forms(message.id): forms(message.string) for message in messages(code)}, "run `make setup`"


def test_messages_are_plain_english_sentences_with_names_for_variables() -> None:
    for _context, texts in ids(read_template(TEMPLATE)):
        for text in texts:
            assert text == text.strip()
            assert all(found["name"] or found["kind"] == "%" for found in VARIABLE.finditer(text)), text
