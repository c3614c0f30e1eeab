"""Notes of the teams on figures of the comparison."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid, NotFound
from participation.services import comparison_notes
from participation.services.comparison_notes import About
from participation.web.forms import comparisons as forms
from participation.web.forms.comparisons import Chosen
from participation.web.forms.messages import message
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.comparison_contents import contents
from participation.web.plumbing.comparison_methods import note_title
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("comparison_notes", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.route("/<lang:lang>/staff/compare/<partnership>/notes", methods=["GET", "POST"])
@needs("note_comparison")
def listing(partnership: str) -> Answer:
    """All notes of the teams, and the form for one more; `?figure=` names a figure."""
    chosen = forms.read(request.args, db, partnership)
    comparison_notes.check(signed_in(), chosen.partnership)
    if request.method == "GET" or chosen.campaign is None or chosen.stored is None:
        return _page(chosen, figure=request.args.get("figure", ""))
    text, figure = request.form.get("text", ""), request.form.get("figure", "")
    found = contents(chosen)
    if found is None or figure not in ("", *found.figures):
        raise NotFound("figure_unknown")
    about = About(figure, chosen.stored.version, chosen.stored.computed_at)
    public, now = request.form.get("public") == "1", datetime.now(UTC)
    try:
        note = comparison_notes.write(
            db,
            account=signed_in(),
            campaign=chosen.campaign,
            about=about,
            text=text,
            lang=lang(),
            public=public,
            now=now,
        )
    except FormInvalid as invalid:
        db.rollback()
        return _page(chosen, figure, text, public, message(invalid.problems["text"])), 422
    db.commit()
    log.info("comparison_note_written", note_id=str(note.id), account_id=signed_in().id)
    flash(gettext("The note is saved."))
    return redirect(url_for("comparison_notes.listing", partnership=partnership, **chosen.query()), 303)


@blueprint.post("/<lang:lang>/staff/compare/notes/<uuid:comparison_note_id>/remove")
@needs("note_comparison")
def remove(comparison_note_id: UUID) -> Answer:
    """Take a note away again."""
    campaign = comparison_notes.remove(db, account=signed_in(), note_id=comparison_note_id)
    slug, code = campaign.partnership.slug, campaign.code
    db.commit()
    log.info("comparison_note_removed", note_id=str(comparison_note_id), account_id=signed_in().id)
    flash(gettext("The note is removed."))
    return redirect(url_for("comparison_notes.listing", partnership=slug, campaign=code), 303)


def _page(chosen: Chosen, figure: str = "", text: str = "", public: bool = False, problem: str = "") -> str:
    notes = comparison_notes.listing(db, campaign=chosen.campaign, reader=signed_in()) if chosen.campaign else []
    return render_template(
        "comparisons/notes.html",
        chosen=chosen,
        found=contents(chosen),
        notes=notes,
        note_title=note_title,
        figure=figure,
        text=text,
        public=public,
        problem=problem,
    )
