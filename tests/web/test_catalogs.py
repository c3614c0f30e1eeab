"""The catalogue for data portals: valid JSON-LD with what DCAT-AP asks for, and only files that are there."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF
from sqlalchemy.orm import Session

from participation.locales import CODES
from tests.factories import campaigns, cities, samples, submissions
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

# The library's own reader of JSON-LD still uses it.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
DCAT, DCT = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://purl.org/dc/terms/")
FOAF, VCARD = Namespace("http://xmlns.com/foaf/0.1/"), Namespace("http://www.w3.org/2006/vcard/ns#")
# What the profile makes mandatory, and what the portals of the three countries ask for besides.
OF_CATALOG = (DCT.title, DCT.description, DCT.publisher, DCAT.dataset, DCAT.themeTaxonomy, FOAF.homepage)
OF_DATASET = (
    DCT.title, DCT.description, DCT.identifier, DCT.publisher, DCAT.contactPoint, DCAT.theme, DCAT.keyword, DCT.spatial,
    DCT.temporal, DCT.accrualPeriodicity, DCT.modified, DCAT.distribution,
)  # fmt: skip
OF_DISTRIBUTION = (DCAT.accessURL, DCAT.downloadURL, DCT.license, DCT["format"], DCAT.mediaType)


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def catalog(client: PageClient) -> Graph:
    response = client.get("/catalog.jsonld")
    assert (response.status_code, response.content_type) == (200, "application/ld+json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return Graph().parse(data=response.text, format="json-ld")


def lacking(graph: Graph, kind: Any, wanted: tuple[Any, ...]) -> list[str]:
    things = [*graph.subjects(RDF.type, kind)]
    assert things
    return [f"{thing} {name}" for thing in things for name in wanted if graph.value(thing, name) is None]


@sqlite_only
def test_it_has_what_portals_ask_for(client: PageClient, sample: Sample) -> None:
    graph = catalog(client)
    assert lacking(graph, DCAT.Catalog, OF_CATALOG) == []
    assert lacking(graph, DCAT.Dataset, OF_DATASET) == []
    assert lacking(graph, DCAT.Distribution, OF_DISTRIBUTION) == []
    assert lacking(graph, DCAT.DataService, (DCAT.endpointURL, DCT.title)) == []
    for dataset in graph.subjects(RDF.type, DCAT.Dataset):
        assert {title.language for title in graph.objects(dataset, DCT.title)} == {*CODES}
        [contact] = graph.objects(dataset, DCAT.contactPoint)
        assert graph.value(contact, VCARD.hasURL)


@sqlite_only
def test_every_file_it_names_can_be_fetched_under_the_licence_of_the_country(
    client: PageClient, sample: Sample
) -> None:
    graph = catalog(client)
    paths = set()
    for distribution in graph.subjects(RDF.type, DCAT.Distribution):
        address = graph.value(distribution, DCAT.downloadURL)
        response = client.get(str(address))
        assert response.status_code == 200, address
        assert str(graph.value(distribution, DCAT.mediaType)).endswith(f"/{response.mimetype}")
        path = urlsplit(str(address)).path
        paths.add(path)
        german = "/worms" in path
        licence = graph.value(distribution, DCT.license)
        assert licence == URIRef(
            "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
            if german
            else "http://publications.europa.eu/resource/authority/licence/ETALAB_2_0"
        )
    assert {"/exports/worms/submissions.csv", "/ogc/collections/metz-submissions/items"} <= paths


@sqlite_only
def test_a_demonstration_says_so_and_data_change_the_date(client: PageClient, session: Session, sample: Sample) -> None:
    graph = catalog(client)
    [worms] = [one for one in graph.subjects(RDF.type, DCAT.Dataset) if "worms" in str(one)]
    texts = {text.language: str(text) for text in graph.objects(worms, DCT.description) if isinstance(text, Literal)}
    assert "made up" in texts["en"]
    before = client.get("/catalog.jsonld").headers["ETag"]
    later = client.get("/catalog.jsonld", headers={"If-None-Match": before})
    assert later.status_code == 304


def test_many_cities_cost_as_many_statements_as_few(client: PageClient, session: Session, at_most: Budget) -> None:
    for slug in ("worms", "metz", "koeln"):
        city = cities.make(session, slug)
        submissions.published(session, city, campaigns.make(session, city))
    client.get("/catalog.jsonld")
    with at_most(5):
        assert len(json.loads(client.get("/catalog.jsonld").data)["dcat:dataset"]) == 3


@sqlite_only
def test_without_a_city_it_is_empty(client: PageClient) -> None:
    assert json.loads(client.get("/catalog.jsonld").data)["dcat:dataset"] == []
