"""Export profiles of a city: saved, shown with the tokens of their scripts, and deleted."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid, NotFound
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile
from participation.services import cities, export_profiles, export_tokens, roles
from participation.services.export_tokens import LASTS
from participation.settings import Settings
from participation.web.forms import export_profiles as form_of
from participation.web.forms.messages import messages
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("export_profiles", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ALL = "/<lang:lang>/staff/<city>/exports/profiles"
ONE = f"{ALL}/<int:profile_id>"


@blueprint.get(f"{ALL}/new")
@needs("manage_exports")
def new(city: str) -> Answer:
    """A name for what is chosen, and which columns; `replaces` is the profile it was opened from."""
    found = _city(city)
    return _form(found, name=request.args.get("name", ""))


@blueprint.post(f"{ALL}/new")
@needs("manage_exports")
def add(city: str) -> Answer:
    """Save it."""
    found, account, now = _city(city), signed_in(), datetime.now(UTC)
    name, replace = request.form.get("name", ""), request.form.get("replace") == "1"
    try:
        wish = form_of.wish(db, found, request.args, request.form)
        kept = export_profiles.keep(db, account=account, city=found, name=name, wish=wish, now=now, replace=replace)
    except FormInvalid as invalid:
        db.rollback()
        problems = messages(invalid)
        taken = invalid.problems.get("name")
        return _form(found, name=name, problems=problems, taken=taken is not None and taken.code == "name_taken"), 422
    db.commit()
    log.info("export_profile_kept", profile_id=kept.id, internal=kept.internal, account_id=account.id)
    flash(gettext("The profile is saved."))
    return redirect(url_for("export_profiles.one", city=found.slug, profile_id=kept.id), 303)


@blueprint.get(ONE)
@needs("manage_exports")
def one(city: str, profile_id: int) -> Answer:
    """What a profile holds, its address, and its tokens."""
    found = cities.by_slug(db, slug=city)
    return _page(found, export_profiles.one(db, account=signed_in(), city=found, profile_id=profile_id))


@blueprint.post(f"{ONE}/delete")
@needs("manage_exports")
def delete(city: str, profile_id: int) -> Answer:
    """Throw it away with its tokens."""
    found = cities.by_slug(db, slug=city)
    export_profiles.delete(db, account=signed_in(), city=found, profile_id=profile_id)
    db.commit()
    log.info("export_profile_deleted", profile_id=profile_id, account_id=signed_in().id)
    flash(gettext("The profile is deleted. Its tokens no longer work."))
    return redirect(url_for("export_pages.staff", city=found.slug), 303)


@blueprint.post(f"{ONE}/tokens")
@needs("manage_exports")
def make_token(city: str, profile_id: int) -> Answer:
    """A token for a script; the answer shows it, and nothing ever shows it again."""
    found, account = cities.by_slug(db, slug=city), signed_in()
    note, days = request.form.get("note", ""), request.form.get("days", 0, type=int)
    try:
        made = export_tokens.make(
            db, account=account, city=found, profile_id=profile_id, note=note, days=days, now=datetime.now(UTC)
        )
    except FormInvalid as invalid:
        db.rollback()
        profile = export_profiles.one(db, account=account, city=found, profile_id=profile_id)
        problems = messages(invalid)
        return _page(found, profile, problems=problems, note=note, days=days), 422
    db.commit()
    log.info("export_token_made", token_id=made.token.id, profile_id=profile_id, account_id=account.id)
    response = make_response(_page(found, made.token.profile, secret=made.secret))
    # Not even the way back in the browser shows it again.
    response.cache_control.no_store = True
    return response


@blueprint.post(f"{ALL}/tokens/<int:token_id>/revoke")
@needs("manage_exports")
def revoke_token(city: str, token_id: int) -> Answer:
    """Take a token back."""
    found, account = cities.by_slug(db, slug=city), signed_in()
    revoked = export_tokens.revoke(db, account=account, city=found, token_id=token_id, now=datetime.now(UTC))
    db.commit()
    log.info("export_token_revoked", token_id=token_id, account_id=account.id)
    flash(gettext("The token is revoked. Whoever uses it is refused from now on."))
    return redirect(url_for("export_profiles.one", city=found.slug, profile_id=revoked.profile_id), 303)


def _city(slug: str) -> City:
    """A city for which somebody is signed in who keeps its profiles; for all others it is not there."""
    found = cities.by_slug(db, slug=slug)
    if not roles.may_in(signed_in(), "manage_exports", found):
        raise NotFound("city_unknown", slug=slug)
    return found


def _form(city: City, *, name: str, problems: dict[str, str] | None = None, taken: bool = False) -> str:
    offered = form_of.to_save(db, city, request.args, request.form)
    return render_template(
        "exports/profile_form.html", city=city, name=name, offered=offered, problems=problems or {}, taken=taken
    )


def _page(
    city: City,
    profile: ExportProfile,
    *,
    secret: str = "",
    problems: dict[str, str] | None = None,
    note: str = "",
    days: int = LASTS[0],
) -> str:
    settings: Settings = current_app.extensions["participation_settings"]
    now = datetime.now(UTC)
    return render_template(
        "exports/profile.html",
        city=city,
        profile=profile,
        tokens=[(token, export_tokens.state(token, now=now)) for token in profile.tokens],
        address=settings.base_url + url_for("export_tokens.use", city=city.slug, name=profile.name),
        said=form_of.in_words(profile),
        change=form_of.to_change(profile),
        secret=secret,
        problems=problems or {},
        note=note,
        days=days,
        lasts=LASTS,
    )
