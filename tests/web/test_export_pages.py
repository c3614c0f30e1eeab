"""The pages of downloads: what they say before the click is what is in the file, and nothing internal is on them."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import receipts
from participation.services.export_profiles import Wish
from tests.factories import accounts, cities, export_profiles, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

PAGE, STAFF = "/en/worms/downloads", "/en/staff/worms/exports"
FILES = "//a[@data-download]"


@pytest.fixture
def entries(session: Session, city: City, campaign: Campaign) -> list[Submission]:
    """Two heat islands, an idea without a point, and one that waits."""
    cities.district(session, city, name="Altstadt")
    made = [submissions.published(session, city, campaign, text=f"Number {n}", text_lang="en") for n in range(2)]
    made.append(submissions.published(session, city, campaign, "idea", point=None))
    submissions.make(session, city, campaign, role="resident", text="SECRET", text_lang="en")
    session.commit()
    return made


def said(page: html.HtmlElement) -> str:
    return " ".join(page.xpath("string(//*[@class='amount-words'])").split())


def file_of(page: html.HtmlElement, name: str) -> html.HtmlElement:
    [link] = page.xpath(f"{FILES}[@data-name='{name}']")
    return link


def ids(client: PageClient, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    assert b"SECRET" not in response.data
    return [row["id"] for row in csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline=""))]


def test_every_file_is_as_large_as_was_said_before_the_click(client: PageClient, entries: list[Submission]) -> None:
    page = client.page(f"{PAGE}?layout=machine&labels=codes")
    links = page.xpath(FILES)
    assert len(links) >= 5
    for link in links:
        response = client.get(link.get("href"))
        assert response.status_code == 200, link.get("href")
        about = "about" in link.text_content()
        if link.get("data-format") == "csv":
            assert (len(response.data), about) == (int(link.get("data-bytes")), False)
        assert b"SECRET" not in response.data
    assert file_of(page, "submissions.csv").get("data-rows") == "3"


@sqlite_only
@pytest.mark.parametrize("ending", ["zip", "xlsx", "gpkg"])
def test_everything_comes_in_one_file_of_each_kind(ending: str, client: PageClient, entries: list[Submission]) -> None:
    page = client.page(f"{PAGE}?kind=heat_island")
    link = file_of(page, f"open-data.{ending}")
    whole = [table for table in page.xpath(FILES) if table.get("data-format") == "csv"]
    assert link.get("data-rows") == str(sum(int(table.get("data-rows")) for table in whole))
    assert "about" in link.text_content()
    response = client.get(link.get("href"))
    assert response.status_code == 200
    assert len(response.data) / 2 < int(link.get("data-bytes")) < len(response.data) * 2


@sqlite_only
@pytest.mark.parametrize("file", ["submissions.csv", "submissions.xlsx", "open-data.zip", "poems.csv"])
def test_a_saved_profile_says_its_size_before_the_click(
    file: str, client: PageClient, session: Session, city: City, entries: list[Submission]
) -> None:
    lead = accounts.make(session, city, role="city_lead")
    wish = Wish(file, (("kind", "heat_island"), ("layout", "machine"), ("lang", "fr")), internal=False)
    export_profiles.make(session, lead, city, name="nightly", wish=wish)
    client.sign_in(lead)
    [link] = client.page(STAFF).xpath("//a[contains(@href, '/saved/nightly')]")
    if file == "poems.csv":
        assert (link.get("data-bytes"), link.get("data-rows")) == ("0", None)
        return
    size = len(client.get(link.get("href")).data)
    if file == "submissions.csv":
        assert (int(link.get("data-bytes")), link.get("data-rows")) == (size, "2")
    assert size / 2 < int(link.get("data-bytes")) < size * 2


@sqlite_only
@pytest.mark.parametrize(
    ("query", "number", "expected"),
    [
        ("", "3 of 3 entries", (0, 1, 2)),
        ("?kind=idea", "1 of 3 entries", (2,)),
        ("?kind=heat_island&campaign=summer", "2 of 3 entries", (0, 1)),
        ("?from=2026-07-02", "0 of 3 entries", ()),
        ("?to=2026-07-01&kind=feedback", "0 of 3 entries", ()),
        ("?bbox=8,49,9,50", "2 of 3 entries", (0, 1)),
        ("?district=altstadt", "2 of 3 entries", (0, 1)),
    ],
)
def test_what_is_chosen_is_what_is_in_the_file(
    query: str, number: str, expected: tuple[int, ...], client: PageClient, entries: list[Submission]
) -> None:
    page = client.page(f"{PAGE}{query}")
    assert said(page) == number
    link = file_of(page, "submissions.csv")
    found = ids(client, link.get("href").replace("layout=excel", "layout=machine"))
    assert sorted(found) == sorted(str(entries[n].id) for n in expected)
    assert link.get("data-rows") == str(len(expected))
    # Files that take no filter are asked for none; all of them open.
    for link in page.xpath(FILES):
        assert client.get(link.get("href")).status_code == 200, link.get("href")


@sqlite_only
def test_map_and_list_lead_here_with_their_filters_and_the_right_figures(
    client: PageClient, entries: list[Submission]
) -> None:
    """The idea has no point: the map shows it nowhere, but its file holds it, and the chip says so."""
    for page, expected in (
        ("/en/worms/?kind=idea", "Download 1 of 3 entries"),
        ("/en/worms/list?kind=idea&sort=oldest", "Download 1 of 3 entries"),
        ("/en/worms/list?bbox=8,49,9,50", "Download 2 of 3 entries"),
        ("/en/worms/", "Download 3 of 3 entries"),
    ):
        [chip] = client.page(page).xpath("//a[contains(@class, 'chip-download')]")
        assert " ".join(chip.text_content().split()) == expected
        there = client.page(chip.get("href"))
        assert f"Download {said(there)}" == expected
        assert "sort" not in parse_qs(urlsplit(chip.get("href")).query)
    assert not client.page("/en/worms/list?embed=1").xpath("//a[contains(@class, 'chip-download')]")
    assert client.page("/en/worms/about").xpath(f"//main//a[@href='{PAGE}']")


@sqlite_only
def test_how_the_files_are_made_is_chosen_without_a_script(client: PageClient, entries: list[Submission]) -> None:
    page = client.page(f"{PAGE}?kind=idea")
    [form] = [form for form in page.forms if form.get("id") == "how"]
    fields = dict(form.form_values()) | {"layout": "excel", "labels": "text", "language": "fr", "from": "2026-06-01"}
    chosen = client.page(form.get("action"), query_string=fields)
    address = file_of(chosen, "submissions.csv").get("href")
    asked = parse_qs(urlsplit(address).query)
    assert asked == {
        "kind": ["idea"],
        "from": ["2026-06-01"],
        "layout": ["excel"],
        "labels": ["text"],
        "lang": ["fr"],
    }
    head, row = client.get(address).data.decode("utf-8-sig").split("\r\n")[:2]
    assert head.startswith("id;partnership")
    assert "Idée" in row
    # The choice survives the filters, and the language of the page.
    assert all("language=fr" in link for link in chosen.xpath("//a[contains(@class, 'chip')]/@href"))
    [german] = chosen.xpath("//link[@hreflang='de']/@href")
    assert "language=fr" in german


@sqlite_only
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("profile=internal", 404),
        ("profile=secret", 400),
        ("layout=poem", 400),
        ("labels=", 200),
        ("labels=%00", 400),
        ("language=xx", 400),
        ("kind=volcano", 400),
        ("campaign=never", 404),
        ("campaign=all", 200),
        ("from=2026-13-01", 400),
        ("to=9999-12-31", 400),
        ("bbox=8,50,9,49", 400),
        ("district=nowhere", 400),
        ("sort=newest", 200),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    query: str, status: int, client: PageClient, city: City, campaign: Campaign
) -> None:
    assert client.get(f"{PAGE}?{query}").status_code == status


def test_a_permanent_link_gives_its_version_or_says_what_became_of_it(
    client: PageClient, session: Session, entries: list[Submission]
) -> None:
    page = client.page(PAGE)
    [citation] = page.xpath("//*[@class='cite-words']/text()")
    [link] = page.xpath("//a[contains(@href, '/downloads/versions/')]/@href")
    assert citation.endswith(link)
    pinned = client.page(link)
    address = file_of(pinned, "submissions.csv").get("href")
    assert len(ids(client, address.replace("layout=excel", "layout=machine"))) == 3
    receipts.erase(session, submission=entries[0], now=NOW)
    response = client.get(link)
    assert response.status_code == 410
    gone = " ".join(parse(response).xpath("string(//main)").split())
    assert "1 entry was erased by its author" in gone
    assert "Number 0" not in gone
    problem = client.get(address)
    assert (problem.status_code, problem.content_type) == (410, "application/problem+json")
    assert problem.get_json()["changes"]["erased"] == 1
    refused = client.get(address, headers={"Accept": "text/html"})
    assert (refused.status_code, refused.mimetype) == (410, "text/html")
    assert "1 entry was erased by its author" in " ".join(parse(refused).text_content().split())
    assert b"Number" not in refused.data
    assert client.get(PAGE).status_code == 200


@sqlite_only
@pytest.mark.parametrize("label", ["1", "999-0", "0-999", "x-y", "1-1%0A"])
def test_there_is_no_page_of_a_version_that_never_was(label: str, client: PageClient, city: City) -> None:
    assert client.get(f"/en/worms/downloads/versions/{label}").status_code == 404
    assert client.get(f"/exports/worms/submissions.csv?version={label}").status_code == 404


@sqlite_only
def test_the_staff_see_what_is_not_public_and_only_their_lead_the_records(
    client: PageClient, session: Session, city: City, entries: list[Submission]
) -> None:
    client.sign_in(accounts.make(session, city))
    assert said(client.page(STAFF)) == "3 of 3 entries"
    page = client.page(f"{STAFF}?profile=internal")
    assert said(page) == "4 of 4 entries"
    response = client.get(file_of(page, "submissions.csv").get("href"))
    assert b"SECRET" in response.data
    # What has no internal part is the same for everybody.
    for name in ("places", "translations", "bins", "codebook"):
        address = file_of(page, f"{name}.csv").get("href")
        assert "internal" not in address
        assert client.get(address).status_code == 200
    assert not page.xpath(f"{FILES}[@data-name='decisions.csv']")
    assert not page.xpath("//a[contains(@href, '/profiles/new') or contains(@href, '/exports/log')]")


def test_what_was_downloaded_with_it_is_shown_to_the_lead(
    client: PageClient, session: Session, city: City, entries: list[Submission]
) -> None:
    moderator = accounts.make(session, city)
    client.sign_in(moderator)
    client.get("/exports/worms/submissions.csv?profile=internal&kind=idea")
    assert client.get(f"{STAFF}/log").status_code == 404
    client.post_form("/en/staff/account", {}, action="/sign-out")
    client.sign_in(accounts.make(session, city, role="city_lead"))
    [row] = client.page(f"{STAFF}/log").xpath("//main//ol/li")
    assert moderator.email in row.text_content()
    assert "submissions.csv?kind=idea" in row.text_content()
    page = client.page(STAFF)
    for name in ("decisions.csv", "downloads.csv"):
        assert client.get(file_of(page, name).get("href")).status_code == 200
