"""Strings that broke other people's programs, and formulas, from the form over the queue into every file."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from lxml.html import HtmlElement
from openpyxl.utils.escape import unescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.submissions import Submission
from participation.text import clean_text, neutral
from tests import page_checks, page_client
from tests.desk_pages import QUEUE, decide, opened
from tests.factories.cities import INSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

EACH = 28
FILES = "/exports/worms/submissions"
HERE = {"lat": f"{INSIDE.lat}", "lon": f"{INSIDE.lon}"}


@pytest.fixture
def naughty(shared_data: Path) -> list[str]:
    """Many in a text, each on a line of its own, because each line of a cell may begin a formula."""
    folder = shared_data / "strings"
    found = json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    found += (folder / "csv_injection_payloadbox.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for one in found if (line := clean_text(one)[:50])]
    return ["\n".join(lines[n : n + EACH]) for n in range(0, len(lines), EACH)]


def shown(tree: HtmlElement) -> list[str]:
    """The words of the text that a page shows."""
    [found] = tree.xpath("//*[contains(concat(' ', @class, ' '), ' entry-text ')] | //article//blockquote")
    return list(found.text_content().split())


@sqlite_only
@pytest.mark.usefixtures("campaign")
def test_any_string_goes_from_the_form_over_the_queue_into_every_file(
    naughty: list[str], desk: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here markup that is shown as text, and what looks like an unfilled variable, is what somebody wrote.
    monkeypatch.setattr(
        page_client, "CHECKS", [check for check in page_checks.CHECKS if check is not page_checks.of_texts]
    )
    for number, text in enumerate(naughty):
        # From another connection each, so that nobody is told to wait.
        desk.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        sent = HERE | {"text": text, "place_name": text.splitlines()[0][:80]}
        response = desk.post_form("/en/worms/add?kind=idea", sent, forged=True)
        assert response.status_code == 303, text
        assert text.split() == shown(desk.page(response.location)), text
    waiting = session.scalars(select(Submission).order_by(Submission.id)).all()
    assert len(waiting) == len(naughty) > 15
    page = QUEUE
    for submission, text in zip(waiting, naughty, strict=True):
        tree = desk.page(page)
        assert opened(tree) == str(submission.id)
        assert text.split() == shown(tree), text
        page = decide(desk, submission, "publish", page).location
    texts = [one.text or "" for one in waiting]
    for how, separator in (("machine", ","), ("excel&lang=es", ";")):
        found = desk.get(f"{FILES}.csv?layout={how}").get_data().decode("utf-8-sig")
        lines = csv.DictReader(io.StringIO(found, newline=""), delimiter=separator, strict=True)
        assert [line["text"] for line in lines] == [neutral(text) for text in texts]
    features = desk.get(f"{FILES}.geojson").get_json()["features"]
    assert [feature["properties"]["text"] for feature in features] == texts
    workbook = openpyxl.load_workbook(io.BytesIO(desk.get(f"{FILES}.xlsx").get_data()))
    [(names, *rows)] = [found for sheet in workbook if "text" in (found := [*sheet.iter_rows(values_only=True)])[0]]
    assert [unescape(str(row[names.index("text")])) for row in rows] == texts
