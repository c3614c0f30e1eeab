"""Export profiles by name: for the staff who are signed in, and for scripts with a token."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, abort, current_app, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation import database
from participation.errors import NotAllowed
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile, ExportToken
from participation.services import cities, export_profiles, export_tokens, roles
from participation.web.forms import export_files
from participation.web.plumbing import problems
from participation.web.plumbing.access import account
from participation.web.plumbing.export_requests import ask_as
from participation.web.plumbing.limits import limited
from participation.web.plumbing.sessions import db

blueprint = Blueprint("export_tokens", __name__)
log = structlog.get_logger()
BEARER = "Bearer "


@blueprint.get("/exports/<city>/saved/<name>")
@limited("downloads")
def use(city: str, name: str) -> Response:
    """The file of a profile; a token comes in the header `Authorization: Bearer` or as `?token=`."""
    found = cities.by_slug(db, slug=city)
    secret = _secret()
    try:
        profile = _by_token(found, name, secret) if secret is not None else _by_account(found, name)
    except NotAllowed as refusal:
        log.info("export_token_refused", why=refusal.code, city=found.slug)
        return _refused(refusal.code)
    return export_files.made(found, profile.file)


def _secret() -> str | None:
    header = request.headers.get("Authorization", "")
    return header.removeprefix(BEARER).strip() if header.startswith(BEARER) else request.args.get("token")


def _by_account(city: City, name: str) -> ExportProfile:
    reader = account()
    if reader is None:
        raise NotAllowed("token_missing")
    if not roles.may_in(reader, "export_internal", city):
        abort(403)
    profile = export_profiles.by_name(db, city=city, name=name)
    ask_as(profile, reader)
    return profile


def _by_token(city: City, name: str, secret: str) -> ExportProfile:
    now = datetime.now(UTC)
    token = export_tokens.by_secret(db, city=city, name=name, secret=secret, now=now)
    _note_use(token, now)
    log.info("export_token_used", token_id=token.id, profile_id=token.profile_id)
    ask_as(token.profile, token.made_by)
    return token.profile


def _note_use(token: ExportToken, now: datetime) -> None:
    if not export_tokens.is_worth_noting(token, now=now):
        return
    with database.writing(current_app.extensions["participation_engine"]) as session:
        export_tokens.note_use(session, token_id=token.id, now=now)
        session.commit()


def _refused(code: str) -> Response:
    """For programs the header and the problem say why, for people the page."""
    texts = {
        "token_missing": gettext("This file needs a token, or somebody who is signed in for this city."),
        "token_unknown": gettext("There is no such token for this file."),
        "token_revoked": gettext("This token was revoked. The lead of the city can make a new one."),
        "token_ended": gettext("The time of this token is over. The lead of the city can make a new one."),
        "token_orphaned": gettext("Whoever made this token may not do this any more. Somebody else has to make one."),
    }
    title = gettext("You may not have this file")
    response = problems.told(401, title=title, text=texts[code], code=code)
    told = "" if code == "token_missing" else f', error="invalid_token", error_description="{code}"'
    response.headers["WWW-Authenticate"] = f'Bearer realm="exports"{told}'
    response.cache_control.no_store = True
    return response
