"""The checks behind every page test find what they are for, and nothing in a page that is right."""

from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from flask import Flask, Response
from lxml import html
from sqlalchemy.orm import Session

from tests import page_languages
from tests.factories import cities
from tests.page_checks import CHECKS, Page
from tests.page_client import PageClient
from tests.page_markup import markup_problems

HEAD = """
<!doctype html><html lang="de" dir="ltr"><head><title>Karte</title>
<link rel="alternate" hreflang="de" href="http://localhost/de/worms/">
<link rel="alternate" hreflang="fr" href="/fr/worms/">
<link rel="alternate" hreflang="es" href="/es/worms/"><link rel="alternate" hreflang="en" href="/en/worms/">
<link rel="alternate" hreflang="x-default" href="/en/worms/"><style nonce="abc">p { color: red }</style></head>
"""
BODY = """
<body><main><h1>Worms</h1><h2>Karte</h2><p>Ein Absatz mit <a href="https://www.worms.de/">Verweis</a></p>
<form method="post"><input type="hidden" name="csrf_token" value="x"><label for="a">Name</label>
<input id="a" name="a" aria-describedby="hint"><p id="hint">Hinweis</p>
<fieldset><legend>Wahl</legend><label><input type="radio" name="b" value="1"> Eins</label>
<label><input type="radio" name="b" value="2"> Zwei</label></fieldset><button>Senden</button></form>
<script nonce="abc">1</script><script type="application/json">{}</script><img src="/a.png" alt="">
<p lang="en">Send the entry <b>{{ as typed }}</b></p></main></body></html>
"""
# What is changed in the page that is right, and a part of the complaint.
FAULTS = {
    "no h1": ("<h1>Worms</h1>", "", "0 <h1>"),
    "two h1": ("<h2>Karte</h2>", "<h1>Karte</h1>", "2 <h1>"),
    "empty h1": ("<h1>Worms</h1>", "<h1> </h1>", "no name: <h1"),
    "skipped heading": ("<h2>Karte</h2>", "<h3>Karte</h3>", "level 3 follows"),
    "no title": ("<title>Karte</title>", "<title> </title>", "titles"),
    "wrong language": ('lang="de"', 'lang="fr"', "<html lang"),
    "wrong direction": ('dir="ltr"', 'dir="rtl"', "<html lang"),
    "language left out": ('<link rel="alternate" hreflang="fr" href="/fr/worms/">', "", "hreflang"),
    "language of another page": ("/es/worms/", "/es/metz/", "hreflang es leads"),
    "double id": ('<p id="hint">', '<p id="hint">x</p><p id="hint">', "is there twice"),
    "label for nothing": ('for="a"', 'for="c"', "for='c' leads nowhere"),
    "described by nothing": ('aria-describedby="hint"', 'aria-describedby="hint no"', "'no' leads nowhere"),
    "link to nothing": ('href="https://www.worms.de/"', 'href="#top"', "#top leads nowhere"),
    "no label": ('<label for="a">Name</label>', "", "no label"),
    "empty label": ('<label for="a">Name</label>', '<label for="a"></label>', "no label"),
    "choice without a legend": ("<legend>Wahl</legend>", "", "outside of a fieldset"),
    "image without alt": (' alt=""', "", "no alt"),
    "button without a name": ("<button>Senden</button>", "<button><svg></svg></button>", "no name: <button"),
    "link without a name": (">Verweis<", "><", "no name: <a"),
    "no nonce": ('<script nonce="abc">', "<script>", "no nonce"),
    "another nonce": ('<style nonce="abc">', '<style nonce="abd">', "no nonce"),
    "inline style": ("<h1>", '<h1 style="color: red">', "forbids style"),
    "inline handler": ("<button>", '<button onclick="x()">', "forbids onclick"),
    "script address": ("https://www.worms.de/", "javascript:x()", "forbids href"),
    "foreign image": ('src="/a.png"', 'src="https://cdn.example/a.png"', "foreign host"),
    "foreign image without scheme": ('src="/a.png"', 'src="//cdn.example/a.png"', "foreign host"),
    "foreign style": ("color: red", "background: url('https://cdn.example/a.png')", "foreign host"),
    "foreign import": ("p { color: red }", '@import "https://cdn.example/a.css";', "foreign host"),
    "foreign form": ('method="post"', 'method="post" action="https://x.example/"', "foreign host"),
    "no token": ('name="csrf_token"', 'name="other"', "no CSRF token"),
    "old placeholder": ("Ein Absatz", "Ein %(name)s", "unfilled"),
    "template placeholder": ("Ein Absatz", "{{ name }}", "unfilled"),
    "nothing as text": ("Ein Absatz", "Seite None", "unfilled"),
    "nothing in an address": ("www.worms.de/", "www.worms.de/None", "unfilled href"),
    "escaped twice": ("Ein Absatz", "Ein &lt;b&gt;Absatz", "unfilled"),
    "English text": ("Ein Absatz mit", "Send the entry", "English"),
    "English with a value": ("Ein Absatz mit", "Sent on 3 May by post", "English"),
    "English that is spoken": ('alt=""', 'alt="Send the entry"', "English"),
    "English for a script": ('method="post"', 'method="post" data-text="Send the entry"', "English"),
    "open tag": ("</p>", "", "</main> where ['p'] is open"),
    "crossed tags": ("<h2>Karte</h2>", "<h2><b>Karte</h2></b>", "</h2> where ['b']"),
    "block in a paragraph": ("<p>Ein", "<p><div></div>Ein", "<div> inside of <p>"),
    "link in a link": (">Verweis<", ">Verweis <a href='/'>x</a><", "<a> inside of <a>"),
    "double attribute": ('id="a"', 'id="a" id="a"', "id twice"),
}


@pytest.fixture(autouse=True)
def _catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue that stays as it is, whatever becomes of the real ones."""
    german = Catalog("de")
    german.add("Send the entry", "Beitrag senden")
    german.add("Sent on %(day)s by %(way)s", "Gesendet am %(day)s mit %(way)s")
    german.add("Name", "Name")
    monkeypatch.setattr(page_languages, "catalogue", lambda _lang: german)
    forget()
    yield
    forget()


def forget() -> None:
    page_languages._known.cache_clear()
    page_languages.is_untranslated.cache_clear()


def problems(source: str) -> list[str]:
    page = Page(
        tree=html.document_fromstring(source),
        whole=True,
        path="/de/worms/",
        status=200,
        policy="script-src 'nonce-abc'; style-src 'nonce-abc'",
    )
    return markup_problems(source) + [problem for check in CHECKS for problem in check(page)]


def test_a_page_that_is_right_has_no_problem() -> None:
    assert problems(HEAD + BODY) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    right, wrong, complaint = FAULTS[fault]
    source = (HEAD + BODY).replace(right, wrong, 1)
    assert source != HEAD + BODY
    found = problems(source)
    assert any(complaint in problem for problem in found), found


def test_the_client_fails_on_a_page_with_a_fault(app: Flask, client: PageClient) -> None:
    app.view_functions["health.alive"], usual = (
        (lambda: Response("<p><b></p>", mimetype="text/html")),
        (app.view_functions["health.alive"]),
    )
    try:
        with pytest.raises(AssertionError, match="is open"):
            client.get("/healthz")
    finally:
        app.view_functions["health.alive"] = usual


def test_a_form_refuses_what_a_browser_could_not_send(client: PageClient, session: Session) -> None:
    cities.make(session)
    for data in ({"no_such_field": "x"}, {"email": "a@b.example", "shoe_size": "44"}):
        with pytest.raises(KeyError):
            client.post_form("/en/staff/sign-in", data, action="/staff/sign-in")
