"""Every template compiles, has a title, a token in each form that posts, and no text that cannot be translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from participation.models.texts import PAGES as PAGE_NAMES
from participation.settings import ROOT
from tests.fixtures.databases import sqlite_only

FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())
# The last resort of an error speaks all languages at once and uses nothing, not even the translations.
LAST_RESORT = "errors/500.html"
PAGES = [
    template
    for template in TEMPLATES
    if not any(part.startswith("_") for part in Path(template).parts)
    and template not in ("base.html", LAST_RESORT)
    # The texts of mails are no pages.
    and template.endswith(".html")
]
STATIC = [
    path
    for folder in ("css", "js", "icons")
    for path in sorted((ROOT / "static" / folder).rglob("*"))
    if path.suffix in (".css", ".js", ".svg")
]
# Prints nothing but the drawings that stand in it.
DRAWS = "_macros/icons.html"
# Found by names that are put together at run time.
NAMED_BY_PARTS = {LAST_RESORT} | {f"texts/_{page}.html" for page in PAGE_NAMES}
JINJA = re.compile(
    r"{#.*?#}|{%-?\s*trans\b.*?endtrans\s*-?%}|{% block \w+_class %}.*?{% endblock %}|{%.*?%}|{{.*?}}", re.DOTALL
)
WORD = re.compile(r"(?<![-\w])[^\W\d_]{2,}\b(?![\w-]*=)")
# Puts parts of pages into the page, which our own server has escaped.
SHOWS_FRAGMENTS = {"map.js"}
# Named as the author of the map's program, in a link that people may follow.
LINKED = {"https://leafletjs.com"}
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"'`)]*", re.IGNORECASE)
each_template = pytest.mark.parametrize("template", TEMPLATES)


def source(template: str) -> str:
    return (FOLDER / template).read_text(encoding="utf-8")


@sqlite_only
@each_template
def test_it_compiles(template: str, app: Flask) -> None:
    assert app.jinja_env.get_template(template).blocks is not None


@pytest.mark.parametrize("template", PAGES)
def test_every_page_extends_the_base_and_has_a_title(template: str) -> None:
    assert re.search(r'{% extends "([\w/]+\.html)" %}', source(template))
    assert re.search(r"{% block title %}.*\S.*{% endblock", source(template))


@pytest.mark.parametrize("template", [template for template in TEMPLATES if template != DRAWS])
def test_nothing_is_printed_without_escaping(template: str) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|Markup\b", source(template))


def writes_token(text: str) -> bool:
    """Whether this part of a template writes the hidden field, itself or by a macro."""
    macros = [found for t in TEMPLATES for found in re.findall(r"{% macro (\w+)\((.*?)endmacro", source(t), re.DOTALL)]
    calls = ["csrf_token", "hidden_tag"] + [
        macro for macro, body in macros if "csrf_token()" in body and "<form" not in body
    ]
    return re.search(rf"\b({'|'.join(calls)})\(", text) is not None


@each_template
def test_every_form_that_posts_has_its_token(template: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", source(template), re.DOTALL):
        if re.match(r'<form\b[^>]*method="post"', form):
            assert writes_token(form), form[:100]


@each_template
def test_every_form_is_closed_in_the_template_that_opens_it(template: str) -> None:
    text = source(template)
    assert len(re.findall(r"<form\b", text)) == len(re.findall(r"</form>", text))


SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "content"}


class _Texts(HTMLParser):
    """Collects the words that stand in a template itself."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("script", "style", "code") else ""
        plain = {name for name, value in attrs if name == "name" and value}
        self.words += [value or "" for name, value in attrs if name in SPOKEN and not (tag == "meta" and plain)]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words.append(data)


@pytest.mark.parametrize("template", [template for template in TEMPLATES if template != LAST_RESORT])
def test_no_text_stands_outside_of_the_translations(template: str) -> None:
    reader = _Texts()
    reader.feed(JINJA.sub("", source(template)))
    reader.close()
    words = [word for text in reader.words for word in WORD.findall(text)]
    assert words == []


def test_every_template_is_used() -> None:
    python = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "participation").rglob("*.py"))
    everything = python + "".join(map(source, TEMPLATES))
    assert {template for template in TEMPLATES if f'"{template}"' not in everything} == NAMED_BY_PARTS


@pytest.mark.parametrize("path", STATIC, ids=lambda path: path.name)
def test_our_own_scripts_and_styles_reach_no_other_host(path: Path) -> None:
    named = {address for address in ADDRESS.findall(path.read_text(encoding="utf-8")) if "www.w3.org/" not in address}
    assert named <= LINKED


@pytest.mark.parametrize("path", [path for path in STATIC if path.suffix == ".js"], ids=lambda path: path.name)
def test_scripts_import_what_is_there_and_run_nothing_from_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for imported in re.findall(r"(?:from|import)\s*\(?\s*\"(\.[^\"]+)\"", text):
        target = (path.parent / imported).resolve()
        assert target.is_file() or (ROOT / "static" / "vendor") in target.parents, imported
    assert not re.search(r"\beval\(|new Function\(|document\.write\(|insertAdjacentHTML", text)
    assert bool(re.search(r"\.innerHTML\s*[+]?=", text)) is (path.name in SHOWS_FRAGMENTS)


@each_template
def test_static_files_that_are_named_exist(template: str) -> None:
    for named in re.findall(r"static_url\(\"([^\"]+)\"\)", source(template)):
        assert (ROOT / "static" / named).is_file(), named
