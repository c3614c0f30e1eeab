"""The tools beside the queue: they open with a key, decide, and lead back to the queue; also without a script."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.claims import Claim
from participation.models.submissions import Submission
from participation.web.plumbing.entry_tools import TOOLS
from tests.desk_pages import QUEUE, opened, said, text
from tests.factories import accounts, submissions
from tests.factories.cities import INSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

pytestmark = sqlite_only
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def two(session: Session, city: City, campaign: Campaign) -> list[Submission]:
    """They wait, the oldest first."""
    return [submissions.make(session, city, campaign, text=f"Call Anna {number}", text_lang="en") for number in (1, 2)]


def at(submission: Submission, tool: str) -> str:
    return f"{QUEUE}?kind=heat_island&entry={submission.id}&tool={tool}"


def send(desk: PageClient, path: str, action: str, **data: Any) -> Any:
    form = the_form(desk.page(path), f"/{action}")
    return desk.post(form.get("action"), data=multi(form) | data)


@pytest.mark.parametrize("lang", CODES)
def test_the_tools_in_each_language(desk: PageClient, session: Session, two: list[Submission], lang: str) -> None:
    page = desk.page(f"/{lang}/staff/queue/worms?kind=heat_island")
    links = {link.get("data-key"): link.get("href") for link in page.xpath("//p[contains(@class, 'queue-more')]/a")}
    for key, tool in zip("dxm", TOOLS, strict=True):
        page = desk.page(links[key])
        [shown] = page.xpath("//div[@class='queue-tool']")
        assert shown.get("data-tool") == tool
        assert shown.xpath(".//details[@open]//form")
        # As long as it is open, nothing else is decided by a slip; Escape leads back.
        assert not page.xpath("//div[@class='queue-decide']")
        [back] = page.xpath("//a[@data-key='Escape']/@href")
        assert "tool=" not in back
        assert desk.page(back).xpath("//div[@class='queue-decide']")


def test_moving_the_point_leads_back_to_the_entry(desk: PageClient, two: list[Submission]) -> None:
    response = send(desk, at(two[0], "point"), "point", lat="49.64", lon="8.37")
    assert (response.status_code, response.location) == (303, f"{QUEUE}?kind=heat_island&entry={two[0].id}")
    page = desk.page(response.location)
    assert (said(page), opened(page)) == ("The place is set.", str(two[0].id))
    assert two[0].lat == 49.64
    assert page.xpath("//div[@class='queue-decide']")


def test_publishing_redacted_leads_to_the_next_entry_and_can_be_undone(desk: PageClient, two: list[Submission]) -> None:
    response = send(desk, at(two[0], "redact"), "redact", word="1", publish="1")
    assert response.location == f"{QUEUE}?kind=heat_island&next={two[0].id}"
    page = desk.page(response.location)
    assert (two[0].status, opened(page)) == ("published", str(two[1].id))
    assert desk.send_form(page, QUEUE, {}, action="/undo").status_code == 303
    assert (two[0].status, two[0].text) == ("pending", "Call Anna 1")


def test_joining_a_place(
    desk: PageClient, session: Session, city: City, campaign: Campaign, two: list[Submission]
) -> None:
    there = submissions.published(session, city, campaign, point=Point(INSIDE.lat + 0.0005, INSIDE.lon))
    response = send(desk, at(two[0], "same-place"), "join", place=str(there.place_id))
    assert (response.status_code, two[0].place_id) == (303, there.place_id)
    assert opened(desk.page(response.location)) == str(two[0].id)


@pytest.mark.parametrize(
    ("tool", "action", "data"),
    [("point", "point", {"lat": "95", "lon": "8"}), ("redact", "redact", {}), ("same-place", "join", {"place": "x"})],
)
def test_what_cannot_be_keeps_the_tool_open(
    desk: PageClient, two: list[Submission], tool: str, action: str, data: dict[str, str]
) -> None:
    form = the_form(desk.page(at(two[0], tool)), f"/{action}")
    response = desk.post(form.get("action"), data=multi(form) | data, headers=SCRIPT)
    assert response.status_code == 422
    assert "<html" not in response.text
    page = parse(response)
    assert page.xpath("//div[@class='queue-tool']/@data-tool") == [tool]
    assert text(page, "//div[@role='alert']")
    assert page.xpath("//p[@class='error']")
    # Whoever loads that again gets the tool.
    again = desk.get(form.get("action")).location
    assert desk.page(again).xpath("//div[@class='queue-tool']/@data-tool") == [tool]


def test_what_somebody_else_took_over_is_refused_with_a_name(
    desk: PageClient, session: Session, city: City, two: list[Submission]
) -> None:
    other = accounts.make(session, city)
    form = the_form(desk.page(at(two[0], "redact")), "/redact")
    session.get_one(Claim, two[0].id).account_id = other.id
    response = desk.post(form.get("action"), data=multi(form) | {"word": "1"})
    page = parse(response)
    assert (response.status_code, opened(page)) == (409, str(two[0].id))
    alert = text(page, "//div[@role='alert']")
    assert other.email in alert
    assert "Redact" in alert
    assert not page.xpath("//div[@class='queue-tool']")
    assert two[0].redacted_at is None


def test_tools_are_for_what_waits(desk: PageClient, session: Session, two: list[Submission]) -> None:
    submissions.publish(session, two[0])
    assert not desk.page(at(two[1], "nonsense")).xpath("//div[@class='queue-tool']")
    page = desk.page(at(two[0], "redact"))
    assert not page.xpath("//div[@class='queue-tool']")
    assert f"/en/staff/submissions/{two[0].id}#redact" in page.xpath("//article//a/@href")
