"""Opening an entry on its own page claims it, and every form there heeds the claim of somebody else."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml.html import HtmlElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.claims import Claim
from participation.models.decisions import Decision
from participation.services import claims
from tests.desk_pages import text
from tests.factories import accounts, samples, submissions
from tests.factories.samples import Sample
from tests.fixtures.clients import client_of
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def one(sample: Sample) -> str:
    return f"/en/staff/submissions/{sample.pending.id}"


def forms_of(tree: HtmlElement, path: str) -> list[HtmlElement]:
    """What can be decided on the page of an entry."""
    return [form for form in tree.forms if form.method == "POST" and form.get("action").startswith(f"{path}/")]


def test_opening_an_entry_on_its_own_page_claims_it(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    assert forms_of(client.page(one(sample)), one(sample))
    [claim] = session.scalars(select(Claim))
    assert (claim.submission_id, claim.account_id) == (sample.pending.id, sample.moderator.id)
    assert timedelta(minutes=14) < claim.until - datetime.now(UTC) <= claims.LASTS
    other = accounts.make(session, sample.city)
    colleague = client_of(client.application, session)
    colleague.sign_in(other)
    page = colleague.page(one(sample))
    assert sample.moderator.email in text(page, "//p[contains(@class, 'note-warning')]")
    # A note can be left all the same; it decides nothing.
    assert not forms_of(page, one(sample))
    assert colleague.get(f"/en/staff/queue/worms?entry={sample.pending.id}").status_code == 200
    assert session.scalars(select(Claim.account_id)).all() == [sample.moderator.id]
    # After a quarter of an hour it is for whoever comes.
    session.get_one(Claim, sample.pending.id).until = datetime.now(UTC) - timedelta(seconds=1)
    assert forms_of(colleague.page(one(sample)), one(sample))
    assert session.scalars(select(Claim.account_id)).all() == [other.id]


@sqlite_only
def test_every_form_heeds_what_somebody_else_took_over(client: PageClient, session: Session, sample: Sample) -> None:
    neighbour = submissions.published(session, sample.city, sample.campaign)
    sample.pending.place_id, other = neighbour.place_id, accounts.make(session, sample.city)
    client.sign_in(sample.moderator)
    forms = forms_of(client.page(one(sample)), one(sample))
    session.get_one(Claim, sample.pending.id).account_id = other.id
    before = len(session.scalars(select(Decision)).all())
    steps = {form.get("action").rsplit("/", 1)[1] for form in forms}
    assert steps >= {"publish", "reject", "second-look", "point", "amend", "join", "merge", "split", "name", "redact"}
    for form in forms:
        response = client.post(form.get("action"), data=multi(form) | {"place": str(neighbour.place_id)})
        assert response.status_code == 409, form.get("action")
        assert other.email in text(parse(response), "//div[@role='alert']")
    assert (sample.pending.status, len(session.scalars(select(Decision)).all())) == ("pending", before)
    assert session.scalars(select(Claim.account_id)).all() == [other.id]


@sqlite_only
def test_who_only_reads_claims_nothing(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.facilitator)
    for address in (one(sample), f"/en/worms/submissions/{sample.published.id}", "/en/staff/"):
        client.get(address)
    client.page(f"/en/staff/advice/{sample.published.id}")
    assert session.scalars(select(Claim)).all() == []


@sqlite_only
def test_what_is_decided_on_an_own_page_is_nobody_s_any_longer(
    client: PageClient, session: Session, sample: Sample
) -> None:
    client.sign_in(sample.moderator)
    client.post_form(one(sample), {}, action="/publish")
    assert sample.pending.status == "published"
    assert client.page(one(sample)) is not None
    assert session.scalars(select(Claim)).all() == []
    # It waits again, and is open.
    client.post_form(one(sample), {}, action="/undo")
    client.page(one(sample))
    assert session.scalars(select(Claim.submission_id)).all() == [sample.pending.id]
