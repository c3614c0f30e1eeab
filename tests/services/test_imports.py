"""Rows from elsewhere become pending submissions; every row that does not is reported with its reason."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Invalid
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import campaigns as campaign_service
from participation.services import cities as city_service
from participation.services import import_files, imports
from participation.services.import_plans import Target
from participation.services.imports import Report
from tests.factories import campaigns, cities, real_cities, submissions
from tests.factories.cities import INSIDE, OUTSIDE

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
HERE = f"{INSIDE.lat},{INSIDE.lon}"


class Importer:
    """Imports texts into the only city."""

    def __init__(self, session: Session, campaign: Campaign, folder: Path) -> None:
        self.session, self.campaign, self.folder = session, campaign, folder

    def csv(self, content: str, **changed: Any) -> Report:
        (self.folder / "rows.csv").write_bytes(content.encode())
        return self.file(self.folder / "rows.csv", **changed)

    def geojson(self, *features: object, **changed: Any) -> Report:
        document = {"type": "FeatureCollection", "features": features}
        (self.folder / "rows.geojson").write_text(json.dumps(document))
        return self.file(self.folder / "rows.geojson", **changed)

    def file(
        self, path: Path, *, mapping: Mapping[str, str] | None = None, skip_bad: bool = True, **changed: Any
    ) -> Report:
        city = self.session.scalars(select(City)).one()
        rounds = campaign_service.of_city(self.session, city=city)
        values = {"campaign": self.campaign, "kind": "climate_oasis", "text_lang": "de"}
        return imports.run(
            self.session,
            target=Target(city, rounds, **(values | changed)),
            source=import_files.read(path),
            mapping=mapping or {},
            now=NOW,
            skip_bad=skip_bad,
        )

    def stored(self) -> list[Submission]:
        return list(self.session.scalars(select(Submission).order_by(Submission.id)))


@pytest.fixture
def importer(session: Session, campaign: Campaign, tmp_path: Path) -> Importer:
    return Importer(session, campaign, tmp_path)


def problems(report: Report) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, {name: problem.code for name, problem in row.problems.items()}) for row in report.refusals]


def point(lon: Any, lat: Any, /, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


# What is stored


def test_a_good_row_is_stored_as_pending(session: Session, importer: Importer, city: City) -> None:
    district = cities.district(session, city)
    report = importer.csv(
        "lat,lon,place_type,reasons,text,text_lang,place_name\r\n"
        f'{HERE},park_garden,tree_shade|seating,"Kühl, auch im ""Juli""\r\nund am Abend",de-DE,Park\r\n'
    )
    assert (report.accepted, report.refused) == (1, [])
    session.expire_all()
    (stored,) = importer.stored()
    assert (stored.status, stored.source, stored.kind, stored.created_at) == ("pending", "import", "climate_oasis", NOW)
    assert (stored.point, stored.public_point, stored.district) == (INSIDE, INSIDE, district)
    assert stored.cell
    assert (stored.place_type, stored.reasons, stored.place_name) == ("park_garden", ("seating", "tree_shade"), "Park")
    assert (stored.text, stored.text_lang) == ('Kühl, auch im "Juli"\nund am Abend', "de-DE")
    assert (stored.contributor_id, stored.receipt_hash, stored.questionnaire_version) == (None, None, "heat-1")


@pytest.mark.parametrize("kind", ["heat_island", "climate_oasis", "idea", "feedback"])
def test_required_answers_are_not_asked_of_imports(importer: Importer, kind: str) -> None:
    assert importer.csv(f"lat,lon\n{HERE}\n", kind=kind).accepted == 1
    assert importer.stored()[0].text_lang is None


def test_rows_keep_the_order_of_the_file(importer: Importer) -> None:
    rows = [f"{INSIDE.lat + number / 1000:.6f},{INSIDE.lon},Nr. {number}" for number in range(20)]
    assert importer.csv("\n".join(["lat,lon,text", *rows])).accepted == 20
    assert [submission.text for submission in importer.stored()] == [f"Nr. {number}" for number in range(20)]


def test_only_the_mapping_decides_about_other_columns(importer: Importer) -> None:
    content = f"latitude,lng,Bemerkung,text\n{HERE},Schön hier,unwichtig\n"
    mapping = {"latitude": "lat", "lng": "lon", "Bemerkung": "text"}
    assert problems(importer.csv(content)) == [(2, {"lat": "where_required"})]
    assert importer.csv(content, mapping=mapping).accepted == 1
    assert (importer.stored()[0].text, importer.stored()[0].point) == ("Schön hier", INSIDE)


def test_a_column_can_be_left_out(importer: Importer) -> None:
    feature = point(INSIDE.lon, INSIDE.lat, access="yes", text="Trinkbrunnen")
    assert problems(importer.geojson(feature)) == [(1, {"access": "unknown_code"})]
    assert importer.geojson(feature, mapping={"access": ""}).accepted == 1
    assert (importer.stored()[0].access, importer.stored()[0].text) == (None, "Trinkbrunnen")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_spreadsheets_of_all_countries_are_read(importer: Importer, delimiter: str, start: str) -> None:
    lat, lon = (f'"{part}"'.replace(".", ",") for part in HERE.split(","))
    lines = [delimiter.join(["lat", "lon", "text"]), delimiter.join([lat, lon, '"a,b;c\td"'])]
    assert importer.csv(start + "\r\n".join(lines)).accepted == 1
    assert (importer.stored()[0].point, importer.stored()[0].text) == (INSIDE, "a,b;c\td")


def test_geojson_properties_are_taken_as_their_csv_would_be(importer: Importer) -> None:
    feature = point(INSIDE.lon, INSIDE.lat, reasons=["seating", "breeze"], comfort=0, text=None, gid=7, lat="wrong")
    assert importer.geojson(feature).accepted == 1
    stored = importer.stored()[0]
    assert (stored.reasons, stored.comfort, stored.text, stored.point) == (("breeze", "seating"), "0", None, INSIDE)


# What is refused


def test_refused_rows_are_reported_by_line_and_the_others_stored(importer: Importer) -> None:
    report = importer.csv(
        "lat,lon,place_type,text,text_lang\n"
        f'{HERE},,"eins\nzwei",\n'
        f"{OUTSIDE.lat},{OUTSIDE.lon},,,\n"
        "\n"
        f"{HERE},Platz,,ü\n"
        "49.6,,,,\n"
        ",,,,\n"
        "nan,inf,,,\n"
        f"{HERE},square\n"
        f"{HERE},square,vier,,fünf\n"
        f"{HERE},park_garden,,\n"
    )
    assert problems(report) == [
        (4, {"lat": "outside"}),
        (6, {"place_type": "unknown_code", "text_lang": "unknown_code"}),
        (7, {"lat": "not_a_point"}),
        (8, {"lat": "where_required"}),
        (9, {"lat": "not_a_point"}),
        (10, {"row": "cells"}),
        (11, {"row": "cells"}),
    ]
    assert (report.refusals[0].lat, report.refusals[0].lon) == (str(OUTSIDE.lat), str(OUTSIDE.lon))
    assert report.refusals[5].problems["row"].details == {"expected": 5, "count": 3}
    assert [submission.text for submission in importer.stored()] == ["eins\nzwei", None]


def test_features_without_a_usable_point_are_refused(importer: Importer) -> None:
    line = {"type": "LineString", "coordinates": [[8.3, 49.6], [8.4, 49.6]]}
    report = importer.geojson(
        {"type": "Feature", "properties": {}, "geometry": line},
        {"type": "Feature", "properties": None, "geometry": None},
        "feature",
        point("8.36", "49.63"),
        point(8.36, float("nan")),
        point(460_000, 5_497_000),
        point(8.36, 10**400),
        point(INSIDE.lon, INSIDE.lat),
    )
    no_point = [(number, {"row": "no_point"}) for number in (1, 2, 3, 4)]
    assert problems(report) == [*no_point, *((number, {"lat": "not_a_point"}) for number in (5, 6, 7))]
    assert report.accepted == 1


def test_an_idea_without_a_text_and_a_point_says_nothing(importer: Importer) -> None:
    report = importer.csv("lat,lon,text\n,,\n,,Mehr Bäume\n", kind="idea")
    assert problems(report) == [(2, {"row": "empty"})]
    assert [submission.text for submission in importer.stored()] == ["Mehr Bäume"]


def test_answers_have_to_fit_the_kind(importer: Importer) -> None:
    content = f"lat,lon,topic,reasons,text\n{HERE},platform,no_shade,{'x' * 1501}\n"
    assert problems(importer.csv(content)) == [
        (2, {"topic": "not_asked", "reasons": "unknown_code", "text": "too_long"}),
    ]


def test_a_file_can_be_read_twice(importer: Importer) -> None:
    content = f"lat,lon,text\n{HERE},eins\n{HERE},zwei\n{HERE},eins\n"
    first, second = importer.csv(content), importer.csv(content)
    assert (first.accepted, problems(first)) == (2, [(4, {"row": "duplicate"})])
    assert (second.accepted, second.known, second.refused) == (0, 3, [])
    assert importer.csv(content, kind="heat_island").accepted == 2


def test_what_a_resident_said_is_a_duplicate_where_it_has_words(
    session: Session, importer: Importer, city: City
) -> None:
    for text in (None, "Zu heiß"):
        submissions.make(session, city, importer.campaign, kind="climate_oasis", text=text)
    report = importer.csv(f"lat,lon,text\n{HERE},\n{HERE},Zu heiß\n{HERE},Zu laut\n")
    assert (report.accepted, problems(report)) == (2, [(3, {"row": "duplicate"})])


# What ends the import


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mapping": {"text": "comment"}}, "field_unknown"),
        ({"mapping": {"comment": "text"}}, "column_unknown"),
        ({"mapping": {"lat": "text", "lon": "text"}}, "field_twice"),
        ({"kind": "place"}, "kind_unknown"),
        ({"text_lang": "Deutsch"}, "language_unknown"),
    ],
)
def test_a_wrong_order_is_refused_as_a_whole(importer: Importer, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        importer.csv(f"lat,lon,text\n{HERE},x\n", **changed)
    assert importer.stored() == []


def test_a_kind_that_the_campaign_does_not_offer_is_refused(importer: Importer) -> None:
    importer.campaign.kinds = ["idea"]
    with pytest.raises(Invalid, match="kind_unknown"):
        importer.csv(f"lat,lon\n{HERE}\n")


def test_a_file_with_a_first_line_only_imports_nothing(importer: Importer) -> None:
    report = importer.csv("lat,lon\n")
    assert (report.accepted, report.refused) == (0, [])


# Real files


def test_the_osm_points_of_koeln(session: Session, shared_data: Path, tmp_path: Path) -> None:
    koeln = city_service.load(session, file=real_cities.koeln(tmp_path, shared_data), basemaps=tmp_path)
    importer = Importer(session, campaigns.make(session, koeln), tmp_path)
    report = importer.file(shared_data / "oases" / "koeln_osm_amenities_de.geojson")
    assert (report.accepted, len(report.refused)) == (413, 697)
    assert {code for _, row in problems(report) for code in row.values()} == {"outside"}
    stored = importer.stored()
    assert len(stored) == 413
    assert all(submission.district and submission.status == "pending" for submission in stored)


def test_reports_from_paris_are_not_in_koeln(session: Session, shared_data: Path, tmp_path: Path) -> None:
    koeln = city_service.load(session, file=real_cities.koeln(tmp_path, shared_data), basemaps=tmp_path)
    importer = Importer(session, campaigns.make(session, koeln), tmp_path)
    report = importer.file(shared_data / "reports" / "paris_dans_ma_rue_fr.csv", kind="feedback", text_lang="fr")
    assert report.accepted == 0
    assert [row.number for row in report.refused] == list(range(2, 4002))
    assert {code for _, row in problems(report) for code in row.values()} == {"outside"}
    assert importer.stored() == []


def test_reports_from_montpellier_are_not_in_worms(session: Session, shared_data: Path, tmp_path: Path) -> None:
    worms = city_service.load(session, file=real_cities.worms(tmp_path, shared_data), basemaps=tmp_path)
    importer = Importer(session, campaigns.make(session, worms), tmp_path)
    report = importer.file(shared_data / "reports" / "montpellier_vigilo_fr.csv", kind="idea")
    assert (report.accepted, len(report.refused)) == (0, 10)
