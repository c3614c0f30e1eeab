"""The five pages of a city: its own words where it has written some, else what holds for all cities."""

import pytest
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.cities import City
from participation.models.texts import PAGES
from participation.web.forms.decisions import reason_labels
from participation.web.texts import in_html
from tests.factories import campaigns, cities
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient


@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("page", PAGES)
@sqlite_only
def test_every_page_says_something_in_every_language(client: PageClient, city: City, page: str, lang: str) -> None:
    tree = client.page(f"/{lang}/worms/{page}")
    [main] = tree.xpath("//main")
    assert len(main.text_content().split()) > 30
    assert not main.xpath(".//*[@lang]")
    # The footer or the menu leads here from everywhere.
    assert f"/{lang}/worms/{page}" in client.page(f"/{lang}/worms/list").xpath("//a/@href")


@sqlite_only
def test_another_page_there_is_not(client: PageClient, city: City) -> None:
    assert client.get("/en/worms/secrets").status_code == 404


def test_the_citys_own_words(client: PageClient, session: Session, city: City) -> None:
    cities.text(
        session, city, "imprint", markdown="# Stadt Worms\n\nMarktplatz 2, [Rathaus](https://www.worms.example/)"
    )
    cities.text(session, city, "imprint", language="fr", markdown="Ville de Worms")
    german, french = "Marktplatz 2", "Ville de Worms"
    for lang, shown, text in (("de", "de", german), ("fr", "fr", french), ("es", "de", german)):
        tree = client.page(f"/{lang}/worms/imprint")
        [body] = tree.xpath("//main//*[@lang]")
        assert body.get("lang") == shown
        assert text in body.text_content()
        assert "has not entered" not in tree.text_content()


@sqlite_only
def test_a_city_without_an_imprint_says_so(client: PageClient, city: City) -> None:
    told = client.page("/en/worms/imprint").text_content()
    assert "Worms has not published its imprint yet." in told
    # What the operator has to do is of no use to the public.
    assert "operator" not in told


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# A\n\n## B", "<h2>A</h2>\n<h3>B</h3>\n"),
        ("### A\n\n# B", "<h4>A</h4>\n<h2>B</h2>\n"),
        ("## A\n\n###### B", "<h2>A</h2>\n<h6>B</h6>\n"),
        ("###### A", "<h2>A</h2>\n"),
        ("![logo](https://elsewhere.example/logo.png)", "<p></p>\n"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](https://a.example/)", '<p><a href="https://a.example/" rel="noopener noreferrer">x</a></p>\n'),
        ("|a|\n|-|\n|b|", "<th>a</th>"),
    ],
)
def test_markdown_becomes_harmless_html_below_the_title(markdown: str, html: str) -> None:
    assert html in in_html(markdown)


@sqlite_only
def test_the_terms_name_every_reason_for_a_rejection(client: PageClient, city: City) -> None:
    said = client.page("/de/worms/terms").text_content()
    with client.application.test_request_context("/de/"):
        client.application.preprocess_request()
        assert all(reason in said for reason in reason_labels().values())


@sqlite_only
def test_looking_sets_no_cookie_as_the_privacy_page_says(client: PageClient, session: Session, city: City) -> None:
    campaigns.make(session, city)
    for path in ("/", "/de/", "/de/worms/", "/de/worms/list", *(f"/de/worms/{page}" for page in PAGES)):
        assert "Set-Cookie" not in client.get(path).headers, path
    opened = client.get("/de/worms/add?kind=feedback").headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in opened] == ["session"]
    switched = client.get("/de/worms/list?switch=1").headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in switched] == ["lang"]
    assert "Max-Age=31536000" in switched[0]


def test_sending_sets_the_cookie_of_the_contributor_as_the_privacy_page_says(
    client: PageClient, session: Session, city: City
) -> None:
    campaign = campaigns.make(session, city)
    data = {"topic": "platform", "text": "Thank you for this"}
    response = client.post_form("/de/worms/add?kind=feedback", data, action="/add")
    assert response.status_code == 303
    named = {cookie.split("=")[0]: cookie for cookie in response.headers.getlist("Set-Cookie")}
    assert f"Max-Age={400 * 24 * 3600}" in named[f"contributor-{campaign.id}"]
