"""Who may open what: residents nothing of the staff, moderators only their city, facilitators only counts."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from participation.models.accounts import ROLES, Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.comparison_notes import ComparisonNote
from participation.models.imports import ImportJob
from participation.models.invitations import Invitation
from participation.models.partnerships import Partnership
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import (
    appeals,
    comparison_notes,
    import_mappings,
    notes,
    notices,
    proposals,
    reply_templates,
    roles,
)
from participation.services.comparison_notes import About
from participation.services.notices import Report
from tests.factories import accounts, campaigns, cities, export_profiles, invitations, partnerships, submissions
from tests.factories.cities import OUTSIDE
from tests.factories.decisions import act
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient
from tests.test_routes import STEPS

CSV = "/exports/worms/submissions.csv?profile=internal"


@pytest.fixture
def worms(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def metz(session: Session) -> City:
    return cities.make(session, "metz", centre=OUTSIDE)


@pytest.fixture
def both(session: Session, worms: City, metz: City) -> Partnership:
    return partnerships.make(session, worms, metz)


@pytest.fixture
def submission(session: Session, worms: City, both: Partnership) -> Submission:
    """One that waits, at a place where something is published already."""
    campaign = campaigns.make(session, partnership=both)
    place_id = submissions.published(session, worms, campaign).place_id
    return submissions.make(session, worms, campaign, place_id=place_id, text="No shade", text_lang="en")


@pytest.fixture
def facilitator(session: Session, both: Partnership) -> Account:
    return accounts.make(session, both)


# Whoever has the link of an invitation has no account yet.
OF_GUESTS = {"invitations.accept", "invitations.accepted"}
# For who is signed in; all others of the library are the way in and out.
OF_LIBRARY = {"verify", "change_password", "two_factor_setup_validate", "mf_recovery_codes"}
OF_LIBRARY |= {"wan_register", "wan_register_response", "wan_delete"}
# These lead nowhere in this world, whoever asks: there is no photo, and the session is nobody's.
LEADS_NOWHERE = {"photos.of_staff", "photos.original", "account_sessions.end"}
# Sends everybody back to a page that then decides.
SENDS_BACK = {"decisions.again", "queues.again", "queues.undo_again", "queues.many_again", "proposals.again"}
# For who has written it, here the operator; to all others of the teams it is not there.
OF_ITS_AUTHOR = {"comparison_notes.remove"}


@pytest.fixture
def colleague(session: Session, submission: Submission) -> Account:
    """Somebody of Worms whom others may manage."""
    return accounts.make(session, submission.city)


@pytest.fixture
def invitation(session: Session, worms: City) -> Invitation:
    """Somebody is invited to Worms."""
    return invitations.make(session, accounts.make(session, worms, role="city_lead")).invitation


@pytest.fixture
def proposal(session: Session, submission: Submission, colleague: Account) -> Proposal:
    """A colleague wants to reject it, with others."""
    return proposals.make(
        session,
        account=colleague,
        city=submission.city,
        versions={submission.id: 1},
        reason_code="unclear",
        key="",
        now=NOW,
    )


@pytest.fixture
def things(
    session: Session, submission: Submission, colleague: Account, invitation: Invitation, proposal: Proposal
) -> dict[str, str]:
    """What the addresses of the staff are about, all of it in Worms."""
    shown = submissions.published(session, submission.city, submission.campaign)
    refused = submissions.make(session, submission.city, submission.campaign)
    act(session, submissions.operator(session), refused, "reject")
    operator, city = submissions.operator(session), submission.city
    words = {"text": "This place is open to everybody.", "lang": "en", "now": NOW}
    report = Report(ground="other", explanation="It is not like that.", good_faith=True, name="A. Neighbour")
    texts = {"de": "Danke"}
    profile = export_profiles.make(session, operator, city)
    return {
        "<uuid:published_id>": str(shown.id),
        "<uuid:appeal_id>": str(appeals.give(session, submission=refused, **words).id),  # type: ignore[arg-type]
        "<uuid:note_id>": str(notes.write(session, account=operator, submission=submission, **words).id),  # type: ignore[arg-type]
        "<uuid:notice_id>": str(notices.give(session, city=city, about=shown, report=report, now=NOW).notice.id),
        "<int:template_id>": str(
            reply_templates.keep(session, account=operator, city=city, name="Thanks", texts=texts, now=NOW).id
        ),
        "<int:profile_id>": str(profile.id),
        "<int:token_id>": str(export_profiles.token(session, operator, profile).token.id),
        "<uuid:import_id>": str(waiting_file(session, operator, city).id),
        "<int:mapping_id>": str(import_mappings.keep(session, city=city, name="Ours", columns={}, now=NOW).id),
        "<lang:lang>": "en",
        "<city>": "worms",
        "<uuid:submission_id>": str(submission.id),
        "<int:account_id>": str(colleague.id),
        "<uuid:invitation_id>": str(invitation.id),
        "<uuid:session_id>": str(uuid4()),
        "<uuid:place_id>": str(shown.place_id),
        "<partnership>": submission.campaign.partnership.slug,
        "<uuid:comparison_note_id>": str(spoken_of(session, operator, submission.campaign).id),
        f"/{STEPS}": "/publish",
        "<uuid:proposal_id>": str(proposal.id),
        "<any(confirm, drop):_step>": "drop",
    }


def spoken_of(session: Session, operator: Account, campaign: Campaign) -> ComparisonNote:
    """A note on the comparison of a campaign."""
    about = About("", "1", NOW)
    said = {"text": "Let us talk.", "lang": "en", "public": False, "now": NOW}
    return comparison_notes.write(session, account=operator, campaign=campaign, about=about, **said)  # type: ignore[arg-type]


def waiting_file(session: Session, operator: Account, city: City) -> ImportJob:
    """An import of the city, of which the file is gone."""
    wanted = {"kind": "idea", "campaign": None, "text_lang": "de", "mapping": {}, "as_published": False}
    job = ImportJob(city_id=city.id, account_id=operator.id, file_name="a.csv", wanted=wanted, created_at=NOW)
    job.seen_at = NOW
    session.add(job)
    session.flush()
    return job


def staff_rules(app: Flask) -> list[Rule]:
    """Every address of the staff but the way in and out; those that take something away come last."""
    rules = [rule for rule in app.url_map.iter_rules() if "/staff/" in rule.rule]
    found = [rule for rule in rules if not rule.endpoint.startswith("security.") and rule.endpoint not in OF_GUESTS]
    last = {
        "invitations.revoke": 1,
        "imports.delete": 1,
        "imports.delete_mapping": 1,
        "reply_templates.delete": 1,
        "export_profiles.delete": 1,
        "account_sessions.end_all": 2,
    }
    return sorted(found, key=lambda rule: (last.get(rule.endpoint, 0), rule.rule))


def address(rule: Rule, things: dict[str, str]) -> str:
    """A real address under a rule, in Worms."""
    path = rule.rule
    for part, value in things.items():
        path = path.replace(part, value)
    assert "<" not in path
    return path


def is_about_worms(rule: Rule) -> bool:
    """Whether it matters for which city somebody works."""
    parts = (
        "<city>",
        "<partnership>",
        "<uuid:published_id>",
        "<uuid:note_id>",
        "<uuid:comparison_note_id>",
        "<uuid:place_id>",
        "<uuid:submission_id>",
        "<uuid:import_id>",
        "<int:account_id>",
        "<uuid:invitation_id>",
    )
    return rule.endpoint == "invitations.invite" or any(part in rule.rule for part in parts)


def token(client: PageClient) -> str:
    """What a form of this session carries, so that a refusal is not that of a forged form."""
    [found] = client.page("/en/staff/sign-in").xpath("//input[@name='csrf_token']/@value")
    return str(found)


@sqlite_only
def test_residents_are_sent_to_the_sign_in_from_every_address_of_the_staff(
    app: Flask, client: PageClient, submission: Submission, things: dict[str, str]
) -> None:
    data = {"csrf_token": token(client), "version": 1}
    rules = staff_rules(app)
    assert len(rules) >= 20
    for rule in rules:
        path = address(rule, things)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            response = client.open(path, method=method, data=data if method == "POST" else None)
            assert response.status_code == 302, path
            assert response.location == "/en/staff/sign-in" + (f"?next={path}" if method == "GET" else "")
    assert (submission.status, submission.version) == ("pending", 1)


@sqlite_only
def test_so_they_are_from_the_pages_of_the_library(app: Flask, client: PageClient) -> None:
    data = {"csrf_token": token(client)}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.removeprefix("security.") in OF_LIBRARY:
            path = rule.rule.replace("<lang:lang>", "en").replace("<token>", "x")
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                response = client.open(path, method=method, data=data if method == "POST" else None)
                assert response.status_code == 302, path
                assert response.location.startswith("/en/staff/sign-in"), path


@sqlite_only
def test_no_form_of_the_staff_can_be_forged(
    app: Flask, client: PageClient, session: Session, submission: Submission, things: dict[str, str]
) -> None:
    client.sign_in(accounts.make(session, submission.city))
    for rule in staff_rules(app):
        if "POST" in (rule.methods or set()):
            assert client.post(address(rule, things), data={"version": 1}).status_code == 400
    assert submission.status == "pending"


@sqlite_only
def test_every_page_of_the_staff_says_what_it_needs(app: Flask) -> None:
    needed = {rule.endpoint: getattr(app.view_functions[rule.endpoint], "action", None) for rule in staff_rules(app)}
    assert {action for action in needed.values() if action is not None} <= {*roles.TABLE}
    assert [endpoint for endpoint, action in needed.items() if action is None] == []


@pytest.mark.parametrize(
    ("engine", "own"),
    [("sqlite", True), ("sqlite", False), ("postgresql", True)],
    indirect=["engine"],
    ids=["sqlite-own", "sqlite-foreign", "postgresql-own"],
)
@pytest.mark.parametrize("role", ROLES)
def test_every_address_of_the_staff_for_every_role(
    app: Flask,
    client: PageClient,
    session: Session,
    things: dict[str, str],
    worms: City,
    both: Partnership,
    role: str,
    own: bool,
) -> None:
    """What the table of roles does not allow is not there: 404, as for a page that does not exist."""
    account = somebody(session, role, both if own else None)
    client.sign_in(account)
    [csrf_token, *_] = client.page("/en/staff/account").xpath("//input[@name='csrf_token']/@value")
    data = {
        "csrf_token": csrf_token,
        "version": 1,
        "reason_code": "unclear",
        "role": "moderator",
        "scope": "city:worms",
    }
    for rule in staff_rules(app):
        action = app.view_functions[rule.endpoint].action  # type: ignore[attr-defined]
        allowed = roles.may(account, action)
        if is_about_worms(rule) and rule.endpoint not in SENDS_BACK:
            allowed = roles.may_in(account, action, worms)
        if rule.endpoint in OF_ITS_AUTHOR:
            allowed = role == "operator"
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            path = address(rule, things)
            status = client.open(path, method=method, data=data if method == "POST" else None).status_code
            if rule.endpoint not in LEADS_NOWHERE:
                assert (status != 404) is allowed, f"{method} {path}: {status}"
            else:
                assert status == 404
    expected = {"operator": 200, "moderator": 200, "city_lead": 200}.get(role, 403)
    client.sign_in(account)
    assert client.get(CSV).status_code == (expected if own or role == "operator" else 403)


def somebody(session: Session, role: str, both: Partnership | None) -> Account:
    """One of this role for Worms, or for a city and a partnership that have nothing to do with it."""
    if role == "operator":
        return accounts.make(session)
    worms = both.cities[0] if both else cities.make(session, "koeln")
    if role == "facilitator":
        return accounts.make(session, both or partnerships.make(session, worms, slug="elsewhere"))
    return accounts.make(session, worms, role=role)


@sqlite_only
def test_a_facilitator_sees_how_much_waits_and_nothing_more(
    client: PageClient, session: Session, submission: Submission, facilitator: Account
) -> None:
    cities.make(session, "koeln")
    client.sign_in(facilitator)
    page = client.page("/en/staff/")
    rows = [" ".join(row.text_content().split()) for row in page.xpath("//main//li")]
    assert rows == ["Worms 1 entry waits", "Metz Nothing waits"]
    assert not page.xpath("//main//a")
    assert client.get("/en/staff/queue/worms").status_code == 404
    assert client.get(f"/en/staff/submissions/{submission.id}").status_code == 404
    assert client.get(CSV).status_code == 403


@sqlite_only
def test_the_operator_can_step_in_everywhere(client: PageClient, session: Session, submission: Submission) -> None:
    client.sign_in(accounts.make(session))
    links = client.page("/en/staff/").xpath("//main//a/@href")
    assert links == ["/en/staff/queue/metz", "/en/staff/queue/worms"]
    client.page(links[1])
    client.page(f"/en/staff/submissions/{submission.id}")
    assert client.get(CSV).status_code == 200


@sqlite_only
def test_a_city_lead_decides_like_a_moderator(client: PageClient, session: Session, submission: Submission) -> None:
    client.sign_in(accounts.make(session, submission.city, role="city_lead"))
    assert client.get("/en/staff/").location == "/en/staff/queue/worms"
    client.page("/en/staff/queue/worms")


@sqlite_only
def test_what_does_not_exist_looks_like_what_is_not_ones_own(client: PageClient, session: Session, worms: City) -> None:
    client.sign_in(accounts.make(session, worms))
    assert client.get("/en/staff/queue/nowhere").status_code == 404
    assert client.get(f"/en/staff/submissions/{uuid4()}").status_code == 404
