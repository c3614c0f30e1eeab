"""The challenge for the proof of work that a browser does before it sends."""

from datetime import UTC, datetime

from flask import Blueprint, abort, current_app, jsonify
from werkzeug.wrappers import Response

from participation.services import proofs
from participation.settings import Settings

blueprint = Blueprint("proofs", __name__)


@blueprint.get("/challenge")
def challenge() -> Response:
    """A new challenge as altcha's solver takes it; 404 where the installation asks for no proof."""
    settings: Settings = current_app.extensions["participation_settings"]
    if not settings.proof_work:
        abort(404)
    made = proofs.challenge(secret=settings.secret_key, work=settings.proof_work, now=datetime.now(UTC))
    response: Response = jsonify(made)
    response.cache_control.no_store = True
    return response
