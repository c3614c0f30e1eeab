"""Contact data of people who reported something: shown for a purpose, and the list of who has looked."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from participation.errors import FormInvalid
from participation.models.cities import City
from participation.models.notices import Notice
from participation.services import cities, contacts
from participation.web.forms.contacts import purpose_labels
from participation.web.forms.messages import message
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.paging import asked_page
from participation.web.plumbing.sessions import db

blueprint = Blueprint("contacts", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.route("/<lang:lang>/staff/notices/<city>/<uuid:notice_id>/contact", methods=["GET", "POST"])
@needs("decide")
def one(city: str, notice_id: UUID) -> Answer:
    """First the question what for; the answer to the form shows name and address, once."""
    found, account = cities.by_slug(db, slug=city), signed_in()
    notice = contacts.notice_with_contact(db, account=account, city=found, notice_id=notice_id)
    if request.method == "GET":
        return _page(found, notice)
    purpose, now = request.form.get("purpose", ""), datetime.now(UTC)
    try:
        contacts.read(db, account=account, city=found, notice_id=notice_id, purpose=purpose, now=now)
    except FormInvalid as invalid:
        db.rollback()
        return _page(found, notice, problem=message(invalid.problems["purpose"])), 422
    db.commit()
    log.info("contact_read", notice_id=str(notice_id), account_id=account.id, purpose=purpose)
    response = make_response(_page(found, notice, shown=True))
    # Not even the way back in the browser shows it again without a look that is noted.
    response.cache_control.no_store = True
    return response


@blueprint.get("/<lang:lang>/staff/contacts/<city>")
@needs("see_contact_readings")
def listing(city: str) -> Answer:
    """Who has looked at whose contact data, the newest first."""
    found = cities.by_slug(db, slug=city)
    page = asked_page()
    rows, pages = contacts.listing(db, account=signed_in(), city=found, page=page)
    return render_template(
        "contacts/list.html",
        city=found,
        readings=rows,
        page=min(page, pages),
        pages=pages,
        purposes=purpose_labels(),
    )


def _page(city: City, notice: Notice, *, shown: bool = False, problem: str = "") -> str:
    return render_template(
        "contacts/one.html", city=city, notice=notice, shown=shown, problem=problem, purposes=purpose_labels()
    )
