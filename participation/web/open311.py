"""Open311 GeoReport v2: kinds of entries as services, published entries as requests; new ones wait in the queue."""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, Invalid, NotAllowed, NotFound
from participation.models.api_clients import ApiClient
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.questionnaire import Questionnaire
from participation.services import api_clients, campaigns, cities, open311, submissions
from participation.services.open311 import ServiceRequest, Wanted
from participation.services.submission_gates import Gate
from participation.settings import Settings
from participation.web.forms import open311 as forms
from participation.web.plumbing import gates, geo_report, geo_report_document, problems
from participation.web.plumbing.formats import named
from participation.web.plumbing.freshness import STARTED, conditional
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("open311", __name__)
log = structlog.get_logger()
FORM = "<any(json,xml):form>"
DATATYPES = {"single": "singlevaluelist", "multi": "multivaluelist", "text": "text"}


@blueprint.get(f"/open311/discovery.{FORM}")
@limited("readings")
def discovery(form: str) -> Response:
    """Where the service is, for clients that look for one."""
    base = url_for("open311.discovery", form="json", _external=True).removesuffix("/discovery.json") + "/v2"
    formats = ["text/xml", "application/json"]
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": base,
        "changeset": STARTED.strftime("%Y-%m-%dT00:00:00Z"),
        "type": "production",
        "formats": formats,
    }
    known = {
        "changeset": endpoint["changeset"],
        "contact": url_for("partnerships.index", _external=True),
        "key_service": gettext("The city gives keys to programs that want to send entries."),
        "endpoints": [endpoint],
    }
    return conditional(geo_report.answer(form, "discovery", known), changed=STARTED)


@blueprint.get("/open311/v2/openapi.json")
@limited("readings")
def document() -> Response:
    """The OpenAPI document of this interface."""
    made = geo_report_document.document(url_for("open311.discovery", form="json").removesuffix("/discovery.json"))
    return conditional(geo_report.answer("json", "document", made), changed=STARTED)


@blueprint.get(f"/open311/v2/services.{FORM}")
@limited("readings")
def services(form: str) -> Response:
    """The kinds of entries that the city collects at the moment."""
    city = _jurisdiction(request.args)
    campaign = campaigns.current(db, city=city, now=datetime.now(UTC))
    offered = [_service(campaign.questionnaire, kind) for kind in campaign.kinds] if campaign else []
    return conditional(geo_report.answer(form, "services", offered), changed=city.changed_at)


@blueprint.get(f"/open311/v2/services/<code>.{FORM}")
@limited("readings")
def service(code: str, form: str) -> Response:
    """What is asked about one kind."""
    city = _jurisdiction(request.args)
    campaign = campaigns.current(db, city=city, now=datetime.now(UTC))
    if campaign is None or code not in campaign.kinds:
        raise NotFound("kind_unknown")
    attributes = _attributes(campaign.questionnaire, code)
    answer = geo_report.answer(form, "service_definition", {"service_code": code, "attributes": attributes})
    return conditional(answer, changed=city.changed_at)


@blueprint.get(f"/open311/v2/requests.{FORM}")
@limited("readings")
def listing(form: str) -> Response:
    """The published entries, the newest first."""
    city = _jurisdiction(request.args)
    found = open311.requests(db, city=city, wanted=forms.wanted(request.args))
    answer = geo_report.answer(form, "service_requests", [_request(city, one) for one in found])
    return conditional(answer, changed=city.changed_at)


@blueprint.get(f"/open311/v2/requests/<uuid:request_id>.{FORM}")
@limited("readings")
def one(request_id: UUID, form: str) -> Response:
    """One published entry."""
    city = _jurisdiction(request.args)
    found = open311.requests(db, city=city, wanted=Wanted(ids=(request_id,)))
    if not found:
        raise NotFound("submission_unknown")
    answer = geo_report.answer(form, "service_requests", [_request(city, one) for one in found])
    return conditional(answer, changed=city.changed_at)


@blueprint.post(f"/open311/v2/requests.{FORM}")
@limited("received")
def create(form: str) -> Response:
    """Send an entry with the key of a client; it waits for the moderators like any other."""
    city = _jurisdiction(request.values)
    try:
        client = api_clients.by_key(db, city=city, key=request.values.get("api_key", ""))
    except NotAllowed as refused:
        return problems.answer(403, problems.sentence(refused.code, {}), code=refused.code)
    campaign = campaigns.current(db, city=city, now=datetime.now(UTC))
    closed = gettext("This campaign is closed. Your entry was not sent.")
    if campaign is None:
        return problems.answer(400, closed, code="campaign_closed")
    try:
        sent = _send(city, campaign, client)
    except FormInvalid as invalid:
        complaints = forms.complaints(invalid)
        return problems.answer(400, complaints[0]["description"], code=invalid.code, errors=complaints)
    except Conflict as refused:
        used = gettext("This key was used before for another entry.")
        return problems.answer(409, used, code=refused.code)
    except Invalid as refused:
        return problems.answer(400, closed, code=refused.code)
    client.used_at = datetime.now(UTC)
    db.commit()
    log.info("submission_received", submission_id=str(sent.submission.id), client_id=client.id, repeated=sent.repeated)
    notice = gettext("The entry waits for the moderators and can be seen when they have published it.")
    made = {"service_request_id": str(sent.submission.id), "service_notice": notice, "account_id": None}
    return geo_report.answer(form, "service_requests", [made], 200 if sent.repeated else 201)


def _send(city: City, campaign: Campaign, client: ApiClient) -> submissions.Sent:
    settings: Settings = current_app.extensions["participation_settings"]
    # Without a key of its own each entry is a new one, as GeoReport has it.
    key = request.headers.get("Idempotency-Key", "")[:200] or secrets.token_urlsafe(24)
    # A client that does not say who of its people sends counts as one: better too few than too many.
    person = request.form.get("account_id") or request.form.get("device_id") or ""
    draft = forms.draft(request.form, questionnaire=campaign.questionnaire, city=city, key=f"open311:{client.id}:{key}")
    return submissions.send(
        db,
        city=city,
        campaign=campaign,
        draft=draft,
        contributor_key=f"open311:{client.id}:{person[:200]}",
        secret=settings.secret_key,
        now=datetime.now(UTC),
        gate=Gate(photos=gates.gate().photos, asks_for_proof=False, source="open311"),
    )


def _jurisdiction(values: MultiDict[str, str]) -> City:
    slug = values.get("jurisdiction_id", "")
    if not slug:
        raise Invalid("parameter_missing", name="jurisdiction_id")
    return cities.by_slug(db, slug=slug)


def _service(questionnaire: Questionnaire, kind: str) -> dict[str, Any]:
    return {
        "service_code": kind,
        "service_name": questionnaire.kind_label(kind, lang()),
        "description": questionnaire.kind_hint(kind, lang()) or questionnaire.kind_label(kind, lang()),
        "metadata": True,
        "type": "realtime",
        "keywords": "",
        "group": "",
    }


def _attributes(questionnaire: Questionnaire, kind: str) -> list[dict[str, Any]]:
    asked = [question for question in questionnaire.questions_for(kind) if question.code != "text"]
    return [
        {
            "variable": True,
            "code": question.code,
            "datatype": DATATYPES[question.type],
            "required": kind in question.required_for,
            "datatype_description": questionnaire.question_hint(question.code, lang()) or "",
            "order": order,
            "description": questionnaire.question_label(question.code, kind, lang()),
            "values": [
                {"key": option.code, "name": option.label[lang()]}
                for option in questionnaire.options_for(question.code, kind)
            ],
        }
        for order, question in enumerate(asked, start=1)
    ]


def _request(city: City, found: ServiceRequest) -> dict[str, Any]:
    settings: Settings = current_app.extensions["participation_settings"]
    entry, point = found.submission, found.submission.public_point
    return {
        "service_request_id": str(entry.id),
        "status": found.status,
        "status_notes": found.reply.text if found.reply else None,
        "service_name": entry.campaign.questionnaire.kind_label(entry.kind, lang()),
        "service_code": entry.kind,
        "description": entry.text,
        "agency_responsible": named(city),
        "service_notice": None,
        "requested_datetime": _written(entry.created_at),
        "updated_datetime": _written(found.updated_at),
        "expected_datetime": None,
        "address": (entry.place.name if entry.place else None) or entry.place_name,
        "address_id": None,
        "zipcode": None,
        "lat": point.lat if point else None,
        "long": point.lon if point else None,
        "media_url": f"{settings.base_url}/photos/{entry.photo.id}.jpg" if entry.photo else None,
    }


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
