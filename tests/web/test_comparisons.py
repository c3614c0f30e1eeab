"""The page of the comparison: read from the stored result, and honest where there is none or too little."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.services import receipts
from tests.factories import (
    accounts,
    campaigns,
    cities,
    comparison_results,
    comparison_results_of_many,
    comparisons,
    partnerships,
    submissions,
)
from tests.factories.cities import CENTRE, OUTSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

PAGE = "/en/compare/worms-metz"


@pytest.fixture
def campaign(session: Session) -> Campaign:
    names = {"name": {"en": "Worms"}}, {"name": {"en": "Metz"}}
    worms, metz = cities.make(session, **names[0]), cities.make(session, "metz", centre=OUTSIDE, **names[1])
    return campaigns.make(session, partnership=partnerships.make(session, worms, metz))


def words(client: PageClient, path: str = PAGE) -> str:
    return " ".join(client.page(path).xpath("string(//main)").split())


@pytest.mark.parametrize("lang", CODES)
def test_it_says_with_its_numbers_what_differs(
    lang: str, client: PageClient, session: Session, campaign: Campaign
) -> None:
    comparisons.store(session, campaign)
    page = client.page(f"/{lang}/compare/worms-metz")
    [said] = page.xpath("//figure[@id='heat_island-place_type']//*[contains(@class, 'figure-title')]")
    assert all(number in said.text_content() for number in ("60", "41", "n\u00a0=\u00a0200", "n\u00a0=\u00a064"))
    sections = page.xpath("//main//section/@aria-labelledby")
    assert sections == ["people", "sentences", "answers", "maps", "unknown", "seasons", "voices", "notes", "limits"]


@sqlite_only
def test_it_never_says_that_there_is_no_difference(client: PageClient, session: Session, campaign: Campaign) -> None:
    comparisons.store(session, campaign)
    text = words(client)
    assert "no difference is shown" in text
    assert "no difference" not in text.lower().replace("no difference is shown", "").replace("no difference shown", "")
    assert "too few for a percentage" in text
    assert "this only describes" in text


@sqlite_only
def test_every_chart_has_a_title_a_description_the_same_numbers_and_its_files(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    comparisons.store(session, campaign)
    page = client.page(PAGE)
    charts = page.xpath("//svg[@class='chart']")
    assert len(charts) > 5
    for chart in charts:
        for name in ("aria-labelledby", "aria-describedby"):
            assert page.xpath(f"//*[@id='{chart.get(name)}']")[0].text_content().strip()
        figure = next(chart.iterancestors("figure"))
        assert figure.xpath(".//details//table")
        endings = [link.rpartition(".")[2] for link in figure.xpath(".//ul[@class='figure-files']//a/@href")]
        assert endings == ["png", "svg", "csv"]


@sqlite_only
def test_before_anything_is_computed_the_page_says_so(client: PageClient, session: Session, campaign: Campaign) -> None:
    assert "Nothing has been computed" in words(client)
    session.delete(campaign)
    session.flush()
    assert "There is no campaign yet" in words(client)


@sqlite_only
def test_a_result_of_an_older_shape_is_none(client: PageClient, session: Session, campaign: Campaign) -> None:
    comparisons.store(session, campaign).content = b'{"schema": 0}'
    session.flush()
    assert "Nothing has been computed" in words(client)


@sqlite_only
def test_one_city_alone_is_described(client: PageClient, session: Session, campaign: Campaign) -> None:
    whole = comparison_results.make()
    unknown = replace(whole.participants[0], without_key=4)
    alone = replace(
        whole, cities=("worms",), participants=(unknown,), pairs=(), maps=whole.maps[:1], seasons=(),
        coverage=whole.coverage[:1],
    )  # fmt: skip
    comparisons.store(session, campaign, alone)
    text = words(client)
    assert "Only one city is in this comparison so far" in text
    assert "128" in text
    assert "Of 4 entries in Worms nobody knows whether several come from the same person" in text
    assert "There is no earlier campaign" in text


@sqlite_only
@pytest.mark.parametrize(
    "query", ["?campaign=never", "?city=worms&city=nowhere", "?city=worms&city=worms", "?city=%00", "?city=worms"]
)
def test_what_is_not_there_is_not_found(query: str, client: PageClient, session: Session, campaign: Campaign) -> None:
    comparisons.store(session, campaign)
    assert client.get(PAGE + query).status_code == 404
    assert client.get("/en/compare/nowhere").status_code == 404


def voiced(session: Session, campaign: Campaign) -> Submission:
    """A published text of Worms that the result names."""
    city = campaign.partnership.cities[0]
    shown = submissions.published(session, city, campaign, "idea")
    theme = comparison_results.theme([str(shown.id)], [])
    comparisons.store(session, campaign, comparison_results.make(voices=(theme,)))
    return shown


def test_a_voice_has_its_language_its_translation_and_is_gone_when_it_is_erased(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    shown = voiced(session, campaign)
    text = shown.text or ""
    [quote] = client.page(PAGE).xpath("//figure[@class='voice']/blockquote")
    assert (quote.get("lang"), quote.text_content()) == (shown.text_lang or "und", text)
    session.add(Translation(submission_id=shown.id, lang="fr", text="Des arbres !", method="human", at=NOW))
    translated = client.page("/fr/compare/worms-metz").xpath("//figure[@class='voice']/*")
    assert [one.tag for one in translated] == ["blockquote", "p", "div"]
    assert translated[2].xpath("p[@class='translation-text' and @lang='fr']/text()") == ["Des arbres !"]
    receipts.erase(session, submission=shown, now=NOW)
    session.commit()
    assert text not in words(client)


@sqlite_only
def test_with_more_than_two_cities_any_two_are_chosen_or_all(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    koeln = cities.make(session, "koeln", name={"en": "Cologne"})
    campaign.partnership.memberships.append(type(campaign.partnership.memberships[0])(city=koeln))
    session.flush()
    middles = {"metz": OUTSIDE, "worms": CENTRE, "koeln": CENTRE}
    comparisons.store(session, campaign, comparison_results_of_many.make(middles))
    page = client.page(f"{PAGE}?city=all")
    assert page.xpath("//table[@class='facts']//th[@scope='col']/text()") == ["Metz", "Worms", "Cologne"]
    assert page.xpath("//figure[@id='heat_island-place_type']//details[@open]//table")
    assert "is not named equally often everywhere" in words(client, f"{PAGE}?city=all")
    assert "Square" in words(client, f"{PAGE}?city=metz&city=worms")


@sqlite_only
def test_the_front_page_leads_to_it(client: PageClient, session: Session, campaign: Campaign) -> None:
    assert client.page("/en/").xpath(f"//a[@href='{PAGE}']")
    client.sign_in(accounts.make(session, campaign.partnership))
    comparisons.store(session, campaign)
    assert client.page(PAGE).xpath("//a[contains(@href, '/staff/compare/worms-metz/notes?figure=participants')]")
