"""Map and list share one query string: chips with true figures, nothing lost on the way, also inside another site."""

from collections.abc import Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from lxml import html
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import INSIDE, square
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

MAP, LIST = "/en/worms/", "/en/worms/list"
EVERYTHING = (
    "kind=heat_island&kind=idea&campaign=summer&place_type=square&place_type=street&district=altstadt&district=s%2C%C3%BCd"
    "&sort=distance&from=dom&embed=1"
)

pytestmark = pytest.mark.usefixtures("campaign")


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session)
    cities.district(session, made, name="Altstadt")
    cities.district(session, made, "s,üd", name="Süd", boundary=square(made.centre, 0.01))
    cities.landmark(session, made, name={"de": "Dom", "fr": "Cathédrale", "es": "Catedral", "en": "Cathedral"})
    return made


@pytest.fixture
def published(session: Session, city: City, campaign: Campaign) -> None:
    """Five on the map, one of them of another campaign, and an idea that is on the list only."""
    before = campaigns.make(session, partnership=campaign.partnership, code="earlier", name={"en": "Earlier"})
    for kind, place_type in (("heat_island", "square"), ("heat_island", "street"), ("climate_oasis", "square")):
        submissions.published(session, city, campaign, kind, place_type=place_type)
    submissions.published(session, city, campaign, "idea")
    submissions.published(session, city, before, "idea")
    submissions.published(session, city, campaign, "idea", point=None)


def chips(page: html.HtmlElement) -> dict[str, int]:
    """The kinds with their figures."""
    found = page.xpath("//ul[contains(@class, 'filter-kinds')]//a")
    return {_words(link.xpath("text()")): int(link.xpath("string(span[@class='count'])")) for link in found}


def options(page: html.HtmlElement, name: str) -> dict[str, int]:
    """The check boxes of a folded group with their figures."""
    labels = page.xpath(f"//label[input[@name='{name}']]")
    return {one.xpath("string(span[1])"): int(one.xpath("string(span[@class='count'])")) for one in labels}


def checked(page: html.HtmlElement) -> set[str]:
    return {*page.xpath("//form//input[@type='checkbox'][@checked]/@value")}


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def _words(texts: Sequence[str]) -> str:
    return " ".join("".join(texts).split())


@pytest.mark.usefixtures("published")
def test_the_figures_are_those_of_what_the_page_shows(client: PageClient) -> None:
    shown, listed = client.page(f"{MAP}?campaign=summer"), client.page(f"{LIST}?campaign=summer")
    on_map = {"All": 4, "Heat island": 2, "Climate oasis": 1, "Idea": 1, "Feedback": 0}
    assert chips(shown) == on_map
    assert chips(listed) == on_map | {"All": 5, "Idea": 2}
    for page in (shown, listed):
        assert options(page, "place_type") == {"Square": 2, "Street or pavement": 1}
    assert [text.strip() for text in listed.xpath("//p[@class='list-count']//text()") if text.strip()] == ["5 entries"]


@pytest.mark.usefixtures("published")
def test_each_figure_is_counted_with_the_other_filters(client: PageClient) -> None:
    for path, ideas in ((MAP, 0), (LIST, 0)):
        page = client.page(f"{path}?campaign=summer&place_type=square&kind=heat_island")
        assert chips(page) == {"All": 2, "Heat island": 1, "Climate oasis": 1, "Idea": ideas, "Feedback": 0}
        assert options(page, "place_type") == {"Square": 1, "Street or pavement": 1}
        assert checked(page) == {"square"}
    menu = client.page(f"{MAP}?campaign=all&kind=idea").xpath("//details[contains(@class, 'filter-campaign')]//li/a")
    assert {_words(link.xpath("text()")): link.xpath("string(span)") for link in menu} == {
        "Earlier": "1",
        "Summer": "1",
        "All campaigns": "2",
    }


@pytest.mark.usefixtures("published")
def test_a_figure_is_the_number_of_entries_behind_its_link(client: PageClient) -> None:
    page = client.page(f"{LIST}?campaign=all&place_type=square")
    for link in page.xpath("//ul[contains(@class, 'filter-kinds')]//a"):
        n = int(link.xpath("string(span[@class='count'])"))
        assert len(client.page(link.get("href")).xpath("//article")) == n


@sqlite_only
@pytest.mark.usefixtures("published")
def test_a_form_of_a_group_carries_everything_else(client: PageClient) -> None:
    page = client.page(f"{LIST}?{EVERYTHING}")
    for name in ("place_type", "district"):
        [form] = [form for form in page.forms if form.xpath(f".//input[@name='{name}'][@type='checkbox']")]
        assert (form.method, form.get("action")) == ("GET", LIST)
        assert sorted(form.form_values()) == sorted(parse_qsl(EVERYTHING))


@sqlite_only
@pytest.mark.usefixtures("published")
def test_map_and_list_lead_to_each_other_with_the_same_query(client: PageClient) -> None:
    for path, other in ((LIST, MAP), (MAP, LIST)):
        page = client.page(f"{path}?{EVERYTHING}")
        [way] = page.xpath("//section[@aria-label='Filter']/a[contains(@class, 'chip-list')]/@href")
        assert urlsplit(way).path == other
        assert query(way) == parse_qs(EVERYTHING)


@sqlite_only
@pytest.mark.usefixtures("published")
def test_chosen_ones_can_be_taken_back_one_by_one_or_all_at_once(client: PageClient) -> None:
    page = client.page(f"{LIST}?campaign=summer&place_type=square&place_type=street&district=altstadt&kind=idea")
    taken = page.xpath("//ul[contains(@class, 'filter-taken')]//a")
    assert [_words(link.itertext()) for link in taken] == [
        "Remove this filter: Square",
        "Remove this filter: Street or pavement",
        "Remove this filter: Altstadt",
        "Remove all filters",
    ]
    parts = [query(link.get("href")) for link in taken]
    assert parts[0]["place_type"] == ["street"]
    assert (parts[1]["place_type"], parts[1]["district"]) == (["square"], ["altstadt"])
    assert "district" not in parts[2]
    assert parts[3] == {"campaign": ["summer"]}


@sqlite_only
def test_the_tiles_and_the_list_of_the_map_get_the_filters(client: PageClient) -> None:
    source = client.get(f"{MAP}?{EVERYTHING}").text
    assert "/tiles/worms/{z}/{x}/{y}.json?" in source
    page = client.page(f"{MAP}?place_type=square&district=altstadt&bbox=8,49,9,50")
    [settings] = page.xpath("//script[@id='map-settings']/text()")
    assert "place_type=square" in settings
    assert "district=altstadt" in settings
    assert "bbox" not in settings


@sqlite_only
@pytest.mark.parametrize("path", [MAP, LIST])
@pytest.mark.parametrize(
    "bad", ["kind=volcano", "place_type=volcano", "district=moon", "sort=best", "from=moon", "bbox=1,2"]
)
def test_codes_that_nobody_knows_are_refused(bad: str, path: str, client: PageClient) -> None:
    assert client.get(f"{path}?{bad}").status_code == 400


@sqlite_only
@pytest.mark.parametrize("path", [MAP, LIST])
def test_empty_choices_are_none(path: str, client: PageClient) -> None:
    client.page(f"{path}?kind=&place_type=&district=&sort=&from=&bbox=&campaign=&embed=")


@sqlite_only
@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("path", [MAP, LIST])
def test_inside_another_site_nothing_stands_around_it(path: str, client: PageClient) -> None:
    page = client.page(f"{path}?embed=1")
    assert not page.xpath("//header | //footer")
    assert page.xpath("//main//h1")
    assert page.xpath("//head/base/@target") == ["_blank"]
    [whole] = page.xpath("//a[@rel='noopener'][contains(@class, 'chip-whole')]")
    assert whole.get("target") == "_blank"
    assert "embed" not in query(whole.get("href"))
    # What stays in the frame stays embedded, and what is embedded stays in the frame.
    own = [link for link in page.xpath("//a[@href] | //form") if not (link.get("href") or "").startswith("#")]
    for thing in own:
        address = thing.get("href") or "?" + "&".join(f"{name}={value}" for name, value in thing.form_values())
        assert ("embed=1" in address) is (thing.get("target") == "_self"), html.tostring(thing)
    assert page.xpath("//nav[@class='skips']/a[@href='#main'][@target='_self']")


@sqlite_only
def test_the_whole_page_opens_its_links_in_its_own_window(client: PageClient) -> None:
    for path in (MAP, LIST):
        page = client.page(path)
        assert page.xpath("//header")
        assert not page.xpath("//base | //a[@target='_blank']")


@sqlite_only
def test_inside_another_site_one_takes_part_in_a_new_window(client: PageClient) -> None:
    links = client.page(f"{MAP}?embed=1").xpath("//a[contains(@class, 'add-button')]")
    assert len(links) == 4
    assert {(link.get("target"), link.get("rel")) for link in links} == {("_blank", "noopener")}


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_an_empty_map_says_why(lang: str, client: PageClient) -> None:
    first, narrowed = (
        _words(client.page(f"/{lang}/worms/{wish}").xpath("//p[@class='map-empty']//text()"))
        for wish in ("", "?place_type=square")
    )
    assert first
    assert narrowed
    assert first != narrowed


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("address", "most"),
    [
        (MAP, 7),
        (f"{MAP}?place_type=square&district=altstadt", 8),
        (LIST, 10),
        (f"{LIST}?place_type=square&district=altstadt&sort=distance&from=dom", 11),
        (f"{LIST}?sort=support&bbox=8,49,9,50", 10),
    ],
)
def test_a_page_costs_the_same_however_much_it_shows(
    address: str,
    most: int,
    client: PageClient,
    session: Session,
    city: City,
    campaign: Campaign,
    at_most: Budget,
) -> None:
    for number in range(3):
        cities.district(session, city, f"part-{number}")
        for _ in range(number * 4):
            submissions.published(session, city, campaign, place_type="square")
    client.page(address)
    with at_most(most):
        client.page(address)


@sqlite_only
def test_no_page_reads_the_boundaries_of_the_districts(
    client: PageClient, session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    submissions.published(session, city, campaign)
    for address in (MAP, LIST):
        with at_most(12) as sent:
            client.page(f"{address}?district=altstadt")
        assert not any("districts.boundary" in statement for statement in sent)


@sqlite_only
@pytest.mark.parametrize(
    ("lang", "near", "far"), [("en", "0 m", "7.7 km"), ("de", "0 m", "7,7 km"), ("fr", "0 m", "7,7 km")]
)
def test_cards_tell_how_far_away_they_are(
    lang: str, near: str, far: str, client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign, point=type(INSIDE)(49.7, 8.36))
    submissions.published(session, city, campaign)
    page = client.page(f"/{lang}/worms/list?campaign=summer&sort=distance&from=dom")
    said = [
        _words(foot.itertext()).replace("\xa0", " ").replace("\u202f", " ")
        for foot in page.xpath("//p[@class='entry-foot']")
    ]
    assert near in said[0]
    assert far in said[1]
    assert page.xpath("//select[@id='from']/option[@selected]/@value") == ["dom"]


@sqlite_only
def test_nearest_first_asks_from_where(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    for _ in range(2):
        submissions.published(session, city, campaign)
    [field] = client.page(f"{LIST}?campaign=summer&sort=distance").xpath("//select[@id='from']")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "from-hint")
    for landmark in list(city.landmarks):
        city.landmarks.remove(landmark)
    page = client.page(f"{LIST}?campaign=summer")
    assert not page.xpath("//option[@value='distance'] | //select[@id='from']")


@sqlite_only
@pytest.mark.parametrize(
    ("lang", "sentences"),
    [("en", ["2 heat islands, most named: No shade", "1 climate oasis, most named: Shade from trees", "1 idea"])],
)
def test_the_list_says_in_words_what_people_say(
    lang: str, sentences: list[str], client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    for kind in ("heat_island", "heat_island", "climate_oasis", "idea"):
        submissions.published(session, city, campaign, kind)
    page = client.page(f"/{lang}/worms/list?campaign=summer")
    assert [
        _words(line.itertext()) for line in page.xpath("//details[contains(@class, 'list-summary')]//dd")
    ] == sentences
    [link] = page.xpath("//details[contains(@class, 'list-summary')]//dt/a/@href")
    assert query(link) == {"campaign": ["summer"], "district": ["altstadt"]}


@sqlite_only
def test_a_later_page_has_the_cards_only(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    for _ in range(21):
        submissions.published(session, city, campaign)
    first = client.page(f"{LIST}?campaign=summer&sort=oldest&embed=1")
    [following] = first.xpath("//a[@rel='next']")
    assert following.get("target") == "_self"
    assert query(following.get("href")) == {"campaign": ["summer"], "sort": ["oldest"], "embed": ["1"], "page": ["2"]}
    second = client.page(following.get("href"))
    assert len(second.xpath("//article")) == 1
    assert first.xpath("//dl[@class='summaries']")
    assert not second.xpath("//dl[@class='summaries']")


@sqlite_only
def test_from_a_part_of_the_list_to_the_same_part_of_the_map(client: PageClient) -> None:
    [part] = client.page(f"{LIST}?bbox=8.30,49.60,8.40,49.66").xpath("//a[contains(@class, 'chip-list')]/@href")
    assert urlsplit(part).fragment == "12/49.63000/8.35000"
    [whole] = client.page(LIST).xpath("//a[contains(@class, 'chip-list')]/@href")
    assert not urlsplit(whole).fragment
