"""Addresses as Photon and Nominatim give them: only those of the city, written as people there write them."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Invalid, Unavailable
from participation.geo import Point, area
from participation.models.addresses import FoundAddress
from participation.services import addresses, cities, outside
from participation.services.addresses import Search, normalised
from participation.services.outside import Outside
from tests.factories import cities as city_factory
from tests.factories import toml_files
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE, square
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.fixtures.providers import Provider

HOUSE = {"type": "house", "street": "Hauptstraße", "housenumber": "5", "postcode": "67547", "city": "Worms"}


@pytest.fixture
def way_out() -> Iterator[Outside]:
    with closing(Outside(agent="tests", threads=4)) as made:
        yield made


def search(provider: Provider, kind: str = "photon", country: str = "DE") -> Search:
    return Search(kind, f"{provider.base}/find?key=1", "© OSM", area(square()), CENTRE, country)


def photon(*places: tuple[Point, dict[str, Any]]) -> bytes:
    """An answer in the shape of Photon's."""
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [at.lon, at.lat]}, "properties": said}
        for at, said in places
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def nominatim(*places: tuple[Point, str, dict[str, str]]) -> bytes:
    """An answer in the shape of Nominatim's jsonv2."""
    return json.dumps(
        [
            {"place_id": 1, "lat": str(at.lat), "lon": str(at.lon), "name": name, "display_name": "x", "address": said}
            for at, name, said in places
        ]
    ).encode()


def answers(provider: Provider, content: bytes, content_type: str = "application/json;charset=utf-8") -> None:
    provider.otherwise = lambda _path: (200, {"Content-Type": content_type}, content)


def asked(provider: Provider) -> list[dict[str, str]]:
    """The queries that came."""
    return [{key: value for key, [value] in parse_qs(urlsplit(path).query).items()} for path in provider.paths]


def ask(found: Search, way_out: Outside, query: str = "hauptstraße 5", lang: str = "de") -> list[dict[str, Any]]:
    return addresses.ask(found, query=query, lang=lang, outside=way_out)


def test_photon_is_asked_for_this_city_only(provider: Provider, way_out: Outside) -> None:
    answers(provider, photon((INSIDE, HOUSE)))
    detail = {"detail": "67547 Worms", "lat": INSIDE.lat, "lon": INSIDE.lon}
    assert ask(search(provider), way_out) == [{"name": "Hauptstraße 5", **detail}]
    assert asked(provider) == [
        {"key": "1", "q": "hauptstraße 5", "lang": "de", "limit": "15"}
        | {"lat": "49.63000", "lon": "8.36000", "bbox": "8.26000,49.53000,8.46000,49.73000"}
    ]


def test_nominatim_is_asked_for_this_city_only(provider: Provider, way_out: Outside) -> None:
    said = {"road": "Hauptstraße", "house_number": "5", "suburb": "Altstadt", "postcode": "67547", "town": "Worms"}
    answers(provider, nominatim((INSIDE, "", said), (INSIDE, "Café Eck", said)))
    assert [(found["name"], found["detail"]) for found in ask(search(provider, "nominatim"), way_out)] == [
        ("Hauptstraße 5", "Altstadt, 67547 Worms"),
        ("Café Eck", "Hauptstraße 5, Altstadt, 67547 Worms"),
    ]
    assert asked(provider) == [
        {"key": "1", "q": "hauptstraße 5", "format": "jsonv2", "limit": "15", "addressdetails": "1"}
        | {"viewbox": "8.26000,49.73000,8.46000,49.53000", "bounded": "1", "accept-language": "de"}
    ]


@pytest.mark.parametrize(
    ("country", "street", "written"),
    [
        ("DE", "Hauptstraße", "Hauptstraße 5"),
        ("FR", "Rue Serpenoise", "5 Rue Serpenoise"),
        ("PE", "Jr. Lima", "Jr. Lima 5"),
    ],
)
def test_the_number_stands_where_it_does_in_that_country(
    country: str, street: str, written: str, provider: Provider, way_out: Outside
) -> None:
    answers(provider, photon((INSIDE, {"street": street, "housenumber": "5"})))
    assert ask(search(provider, country=country), way_out)[0]["name"] == written


def test_what_lies_outside_is_left_out_and_the_same_comes_once(provider: Provider, way_out: Outside) -> None:
    many = [(Point(49.6 + n / 1000, 8.36), {"name": f"Weg {n}"}) for n in range(9)]
    street = {"name": "Hauptstraße", "city": "Worms"}
    answers(provider, photon((OUTSIDE, HOUSE), (INSIDE, street), (CENTRE, street), *many))
    found = ask(search(provider), way_out)
    assert [one["name"] for one in found] == ["Hauptstraße", "Weg 0", "Weg 1", "Weg 2", "Weg 3"]
    assert (found[0]["lat"], found[0]["lon"]) == (INSIDE.lat, INSIDE.lon)


def test_a_language_that_the_service_lacks_costs_a_second_question(provider: Provider, way_out: Outside) -> None:
    good = photon((INSIDE, HOUSE))

    def only_german(path: str) -> tuple[int, dict[str, str], bytes]:
        return (400, {}, b"") if "lang=es" in path else (200, {"Content-Type": "application/json"}, good)

    provider.otherwise = only_german
    assert ask(search(provider), way_out, lang="es")[0]["name"] == "Hauptstraße 5"
    assert [query.get("lang") for query in asked(provider)] == ["es", None]


ODD: list[bytes] = [
    b"{}",
    b"[]",
    b"null",
    b"7",
    b'{"features": null}',
    b'{"features": [null, 1, {}, {"geometry": null}, {"geometry": {"coordinates": ["8", "49"]}, "properties": {}}]}',
    b'{"features": [{"geometry": {"coordinates": [8.36, 49.63]}, "properties": {"name": 5, "street": ["x"]}}]}',
    b'{"features": [{"geometry": {"coordinates": [1e999, 49.63]}, "properties": {"name": "x"}}]}',
    b'[null, {"lat": "x", "lon": "y"}, {"lat": "nan", "lon": "8"}, {"lat": "49.63", "lon": "8.36", "address": 5}]',
]


@pytest.mark.parametrize("kind", ["photon", "nominatim"])
@pytest.mark.parametrize("content", ODD)
def test_odd_answers_are_empty_ones(content: bytes, kind: str, provider: Provider, way_out: Outside) -> None:
    answers(provider, content)
    assert ask(search(provider, kind), way_out) == []


@pytest.mark.parametrize("kind", ["photon", "nominatim"])
def test_words_of_others_are_cleaned_and_cut(kind: str, provider: Provider, way_out: Outside) -> None:
    name = "A\u0000\n  b " + "x" * 500
    answers(provider, photon((INSIDE, {"name": name})) if kind == "photon" else nominatim((INSIDE, name, {})))
    [found] = ask(search(provider, kind), way_out)
    assert found["name"] == ("A b " + "x" * 500)[:120]


@pytest.mark.parametrize(
    ("status", "content_type", "content"),
    [
        (500, "application/json", b"{}"),
        (404, "text/html", b""),
        (200, "text/html", b"<html>"),
        (200, "application/json", b"{"),
    ],
)
def test_a_service_that_does_not_answer(
    status: int, content_type: str, content: bytes, provider: Provider, way_out: Outside
) -> None:
    provider.otherwise = lambda _path: (status, {"Content-Type": content_type}, content)
    with pytest.raises(Unavailable):
        ask(search(provider), way_out)


def test_a_question_that_photon_refuses_altogether_has_no_answer(provider: Provider, way_out: Outside) -> None:
    provider.otherwise = lambda _path: (400, {}, b"")
    assert ask(search(provider), way_out) == []
    assert len(provider.asked) == 2


def test_the_public_nominatim_gets_one_question_a_second(
    provider: Provider, way_out: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played by our own provider, by its name."""
    monkeypatch.setattr(addresses, "PUBLIC_NOMINATIM", "127.0.0.1")
    slept: list[float] = []
    monkeypatch.setattr(addresses, "time", SimpleNamespace(monotonic=lambda: 1000.0, sleep=slept.append))
    monkeypatch.setattr(addresses, "_next_turn", [0.0])
    answers(provider, b"[]")
    public = search(provider, "nominatim")
    for _ in range(3):
        ask(public, way_out)
    assert slept == [0.0, 1.0, 2.0]
    with pytest.raises(Unavailable):
        ask(public, way_out)
    assert len(provider.asked) == 3


@pytest.mark.parametrize(
    ("query", "asked_for"),
    [
        ("  Haupt  STRASSE\t5 ", "haupt strasse 5"),
        ("Straße", "straße"),
        ("ab", ""),
        ("  a b", "a b"),
        (" a ", ""),
        ("\ud800\x00a", ""),
        ("x" * 500, "x" * 120),
        ("Ｒｕｅ", "rue"),
    ],
)
def test_queries_are_made_alike(query: str, asked_for: str) -> None:
    assert normalised(query) == asked_for


def test_only_a_hash_of_the_query_is_kept(session: Session, provider: Provider) -> None:
    city = city_factory.make(session)
    photon_search, other = search(provider), search(provider, "nominatim")
    key = addresses.query_hash(photon_search, "hauptstraße", "de", secret="s")
    keys = {
        key,
        addresses.query_hash(photon_search, "hauptstraße", "fr", secret="s"),
        addresses.query_hash(photon_search, "hauptstrasse", "de", secret="s"),
        addresses.query_hash(other, "hauptstraße", "de", secret="s"),
        addresses.query_hash(photon_search, "hauptstraße", "de", secret="t"),
    }
    assert len(keys) == 5
    for answer in ([{"name": "A"}], [{"name": "B"}]):
        addresses.remember(session, city_id=city.id, key=key, answer=answer, now=NOW)
        session.expire_all()
        assert addresses.remembered(session, city_id=city.id, key=key, now=NOW) == answer
    stored = session.scalars(select(FoundAddress)).one()
    assert (stored.query_hash, len(key)) == (key, 64)
    assert addresses.remembered(session, city_id=city.id + 1, key=key, now=NOW) is None


def test_answers_are_forgotten_after_thirty_days(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "BATCH", 2)
    city = city_factory.make(session)
    for days in (0, 29, 30, 31, 400):
        addresses.remember(session, city_id=city.id, key=f"k{days}", answer=[], now=NOW - timedelta(days=days))
    assert addresses.remembered(session, city_id=city.id, key="k29", now=NOW) == []
    assert addresses.remembered(session, city_id=city.id, key="k30", now=NOW) is None
    assert [addresses.forget(session, now=NOW) for _ in range(3)] == [2, 1, 0]
    session.expire_all()
    assert sorted(session.scalars(select(FoundAddress.query_hash))) == ["k0", "k29"]


def load(session: Session, folder: Path, table: dict[str, Any] | None) -> dict[str, Any] | None:
    file = toml_files.city(folder, address_search=table)
    return cities.load(session, file=file, basemaps=folder).address_search


@sqlite_only
def test_a_city_says_which_service_it_uses(session: Session, tmp_path: Path) -> None:
    table = {"type": "photon", "url": "https://photon.city.example/api"}
    assert load(session, tmp_path, table) == table | {"attribution": "© OpenStreetMap contributors"}
    assert load(session, tmp_path, table | {"attribution": "© Stadt"}) == table | {"attribution": "© Stadt"}
    assert load(session, tmp_path, None) is None


@sqlite_only
@pytest.mark.parametrize(
    ("changed", "key", "why"),
    [
        ({"type": "google"}, "type", "photon, nominatim"),
        ({"url": "http://photon.city.example/api"}, "url", "https://"),
        ({"url": "photon"}, "url", "must be like"),
        ({"url": ""}, "url", "empty"),
        ({"key": "x"}, "key", "not a key"),
    ],
)
def test_mistakes_in_the_file(changed: dict[str, str], key: str, why: str, session: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="file_wrong") as caught:
        load(session, tmp_path, {"type": "photon", "url": "https://photon.city.example/api"} | changed)
    assert caught.value.details["key"] == f"address_search.{key}"
    assert why in str(caught.value.details["why"])


def test_a_slow_service_is_not_waited_for(
    provider: Provider, way_out: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "SILENCE_SECONDS", 0.2)
    provider.awake.clear()
    with pytest.raises(Unavailable):
        ask(search(provider), way_out)
