"""One JSON line for each event, with the id of its request, and nothing about a person."""

import json
import logging
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from participation.models.submissions import Submission
from tests.factories import samples
from tests.factories.cities import INSIDE
from tests.factories.samples import Sample
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

pytestmark = sqlite_only
MARK = "Zwiebelturmgasse"
ADDRESS = "203.0.113.77"


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged since the last time."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_each_request_is_one_line(client: PageClient, sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    lines(capsys)
    response = client.get("/de/worms/list?kind=idea&bbox=8.1,49.1,8.2,49.2")
    [line] = lines(capsys)
    assert line.pop("ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "rule": "/<lang:lang>/<city>/list",
        "status": 200,
        "request_id": response.headers["X-Request-ID"],
    }


def test_an_address_that_is_unknown_is_not_repeated(client: PageClient, capsys: pytest.CaptureFixture[str]) -> None:
    lines(capsys)
    client.get(f"/{MARK}?q={MARK}")
    [line] = lines(capsys)
    assert (line["rule"], line["status"]) == (None, 404)
    assert MARK not in str(line)


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-12345678", True), ("short", False), ("x" * 65, False), ('evil"}\n{', False), ("", False)]
)
def test_a_request_keeps_an_id_that_a_proxy_gave_it(
    given: str, kept: bool, client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(capsys)
    header = {"X-Request-ID": given} if "\n" not in given else {}
    response = client.get("/healthz", headers=header)
    [line] = lines(capsys)
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert (line["request_id"] == given) is kept
    assert line["request_id"]


def test_what_people_send_is_never_logged(
    client: PageClient, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither words nor place nor address, cookie, receipt or e-mail address, whatever the answer is."""
    lines(capsys)
    client.environ_base |= {"HTTP_X_FORWARDED_FOR": ADDRESS, "REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": MARK}
    add = "/de/worms/add?kind=heat_island"
    words = {"place_type": "square", "reasons": ["no_shade"], "text": MARK, "place_name": MARK, "place_words": MARK}
    sent = client.post_form(add, words | {"lat": str(INSIDE.lat), "lon": str(INSIDE.lon)})
    refused = client.post_form(add, words | {"lat": "89.123456", "lon": "8.123456"})
    forged = client.post(add, data=words)
    receipt = sent.location.split("?")[0]
    erased = client.post_form(receipt, {}, action="/erase")
    unknown = client.post_form("/de/staff/sign-in", {"email": f"{MARK}@b.example", "password": MARK}, action="sign-in")
    client.sign_in(sample.moderator)
    statuses = [answer.status_code for answer in (sent, refused, forged, erased)]
    assert (statuses, unknown.status_code) == ([303, 422, 400, 303], 200)

    logged = lines(capsys)
    events = [line["event"] for line in logged]
    assert {"submission_sent", "submission_erased", "signed_in", "request"} <= {*events}
    text = json.dumps(logged)
    secrets = [MARK, ADDRESS, "49.6312", "8.3655", "89.123456", receipt.rsplit("/", 1)[1], sample.moderator.email]
    secrets += [cookie.value for cookie in client._cookies.values()]
    assert [secret for secret in secrets if secret in text] == []
    assert all(line["request_id"] for line in logged)


def test_an_unexpected_error_says_where_and_not_what(
    client: PageClient, session: Session, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that the code cannot read: the message of such an error could hold what somebody wrote."""
    broken = update(Submission).where(Submission.id == sample.published.id)
    session.execute(broken.values(text=MARK, place_type=MARK[:30]))
    session.commit()
    lines(capsys)
    assert client.get(f"/de/worms/submissions/{sample.published.id}").status_code == 500
    error, request = lines(capsys)
    assert (error["event"], error["kind"], error["level"]) == ("unexpected_error", "KeyError", "error")
    assert error["where"][-1].startswith("/participation/questionnaire.py:")
    assert error["request_id"] == request["request_id"]
    assert MARK not in json.dumps([error, request])


def test_the_level_is_a_setting(make_client: ClientMaker, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = make_client(log_level="WARNING")
    lines(capsys)
    quiet.get("/healthz")
    assert lines(capsys) == []
    loud = make_client(log_level="INFO")
    lines(capsys)
    loud.get("/healthz")
    assert [line["event"] for line in lines(capsys)] == ["request"]


def test_warnings_of_libraries_are_json_too(make_client: ClientMaker, capsys: pytest.CaptureFixture[str]) -> None:
    make_client()
    lines(capsys)
    logging.getLogger("some.library").warning("low on %s", "memory")
    logging.getLogger("some.library").info("all is well")
    [line] = lines(capsys)
    assert (line["event"], line["level"]) == ("low on memory", "warning")
