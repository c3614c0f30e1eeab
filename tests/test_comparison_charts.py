"""Charts as SVG: shapes, places, and nothing that a label could smuggle in."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import vl_convert

from participation.comparison_charts import Chart, Mark, Row, drawing, file, height, sign

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart(
    "Squares are named more often in Metz",
    "Intervals of 95 percent",
    ("Metz", "Worms"),
    (
        Row("Square", (Mark(0.6, 0.53, 0.66, "60 %"), Mark(0.4, 0.3, 0.5, "40 %")), claimed=True),
        Row("Car park", (Mark(0.95, 0.9, 1.0, "95 %"), Mark(None, 0, 0, "3 of 8"))),
        Row("Waterside", (None, None)),
    ),
    ((0, "0 %"), (0.5, "50 %"), (1.0, "100 %")),
)


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{drawing(chart)}</svg>')


def test_a_mark_stands_at_its_value_between_the_ends_of_its_interval() -> None:
    found = drawn(CHART)
    [first, *_] = [each for each in found.iter(f"{SVG}line") if each.get("class") == "chart-line-0"]
    assert (first.get("x1"), first.get("x2")) == ("53.00%", "66.00%")
    assert [each.get("cx") for each in found.iter(f"{SVG}circle")] == ["60.00%", "95.00%"]


def test_groups_differ_by_shape_and_not_by_colour_alone() -> None:
    assert sign(0).startswith("<circle")
    assert sign(1).startswith("<rect")
    assert "stroke-dasharray" in file(CHART).partition("chart-line-1")[2].partition("}")[0]


def test_a_claim_is_marked_and_what_has_no_share_is_said() -> None:
    found = drawn(CHART)
    assert len([each for each in found.iter(f"{SVG}rect") if each.get("class") == "chart-bar"]) == 1
    assert "3 of 8" in [each.text for each in found.iter(f"{SVG}text")]


def test_a_figure_has_room_before_the_line_where_there_is_none_behind() -> None:
    anchors = {each.text: each.get("text-anchor") for each in drawn(CHART).iter(f"{SVG}text")}
    assert (anchors["60 %"], anchors["95 %"]) == ("start", "end")


def test_words_are_never_markup() -> None:
    hostile = replace(CHART, title="<script>&", rows=(replace(CHART.rows[0], label="</text><script>"),))
    found = ET.fromstring(file(hostile))
    assert not list(found.iter(f"{SVG}script"))
    assert found.findtext(f"{SVG}title") == "<script>&"


def test_the_same_chart_gives_the_same_file_which_becomes_a_picture() -> None:
    assert file(CHART, foot=["Summer 2026"]) == file(CHART, foot=["Summer 2026"])
    assert vl_convert.svg_to_png(file(CHART))[:8] == b"\x89PNG\r\n\x1a\n"


def test_long_labels_need_more_lines() -> None:
    longer = replace(CHART, rows=(replace(CHART.rows[0], label="word " * 30), *CHART.rows[1:]))
    assert height(longer) > height(CHART)
