"""Many rejections at once: what one moderator proposes, and a second one of the city confirms or drops."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from participation.errors import NotFound
from participation.models.proposals import Proposal
from participation.services import cities, proposals
from participation.web.forms.decisions import reason_labels, source_labels
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.queue_pages import tell_left
from participation.web.plumbing.sessions import db

blueprint = Blueprint("proposals", __name__)
log = structlog.get_logger()
ALL = "/<lang:lang>/staff/queue/<city>/proposals"
ONE = f"{ALL}/<uuid:proposal_id>"


@blueprint.get(ALL)
@needs("decide")
def listing(city: str) -> str:
    """The proposals that wait for a second person."""
    found = cities.by_slug(db, slug=city)
    rows = proposals.waiting(db, account=signed_in(), city=found)
    return render_template("proposals/list.html", city=found, rows=rows, reasons=reason_labels())


@blueprint.get(ONE)
@needs("decide")
def one(city: str, proposal_id: UUID) -> str:
    """What is to be rejected, why, and who proposes it."""
    proposal = _proposal(city, proposal_id)
    own = proposal.account_id == signed_in().id
    return render_template(
        "proposals/one.html",
        city=proposal.city,
        proposal=proposal,
        own=own,
        reasons=reason_labels(),
        sources=source_labels(),
    )


@blueprint.post(f"{ONE}/confirm")
@needs("decide")
def confirm(city: str, proposal_id: UUID) -> Response:
    """The second person agrees: the entries are rejected."""
    proposal = _proposal(city, proposal_id)
    made = proposals.confirm(db, account=signed_in(), proposal=proposal, now=datetime.now(UTC))
    for decision in made:
        mails.tell(decision)
    db.commit()
    log.info("proposal_confirmed", proposal_id=str(proposal_id), account_id=signed_in().id, decisions=len(made))
    flash(ngettext("%(num)s entry is rejected.", "%(num)s entries are rejected.", len(made)))
    tell_left(len(proposal.parts) - len(made))
    return redirect(url_for("queues.desk", city=city), 303)


@blueprint.post(f"{ONE}/drop")
@needs("decide")
def drop(city: str, proposal_id: UUID) -> Response:
    """Nothing is rejected; everything waits as before."""
    proposal = _proposal(city, proposal_id)
    proposals.drop(db, account=signed_in(), proposal=proposal, now=datetime.now(UTC))
    db.commit()
    log.info("proposal_dropped", proposal_id=str(proposal_id), account_id=signed_in().id)
    flash(gettext("The proposal is dropped: its entries wait in the queue as before."))
    return redirect(url_for("queues.desk", city=city), 303)


@blueprint.get(f"{ONE}/<any(confirm, drop):_step>")
@needs("decide")
def again(city: str, proposal_id: UUID, _step: str) -> Response:
    """Somebody reloads a refused answer, or reads it in another language."""
    return redirect(url_for("proposals.one", city=city, proposal_id=proposal_id))


def _proposal(city: str, proposal_id: UUID) -> Proposal:
    proposal = proposals.one(db, account=signed_in(), proposal_id=proposal_id)
    if proposal.city.slug != city:
        raise NotFound("proposal_unknown")
    return proposal
