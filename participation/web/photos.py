"""Photos: for everybody while their submission is published, for their author, for moderators, and kept ones."""

from uuid import UUID

from flask import Blueprint, abort, current_app, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import decisions, originals, photos, receipts
from participation.settings import Settings
from participation.web.forms.photos import photo_of
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("photos", __name__)
# A photo may be withdrawn: caches that many people share ask again after an hour, browsers after a day.
HOUR, DAY = 3600, 24 * 3600
# Whatever a browser takes the file for, it may do nothing.
POLICY = "default-src 'none'; sandbox"


@blueprint.app_template_filter("shrunk")
def shrunk(photo: Photo) -> tuple[int, int]:
    """Width and height of the small version."""
    return photos.small_size(photo)


@blueprint.app_template_filter("photo_words")
def words(submission: Submission) -> str:
    """What a photo shows, as far as we know, for those who cannot see it."""
    kind = submission.campaign.questionnaire.kind_label(submission.kind, lang())
    if submission.district:
        return gettext("Photo with this entry: %(kind)s, %(district)s", kind=kind, district=submission.district.name)
    return gettext("Photo with this entry: %(kind)s", kind=kind)


@blueprint.get("/photos/<uuid:photo_id>.jpg")
def large(photo_id: UUID) -> Response:
    """A published photo."""
    return _public(photo_id, small=False)


@blueprint.get("/photos/<uuid:photo_id>-small.jpg")
def small(photo_id: UUID) -> Response:
    """A published photo, small."""
    return _public(photo_id, small=True)


@blueprint.get("/photos/kept/<token>.jpg")
def kept(token: str) -> Response:
    """The thumbnail of a photo that waits for its form to be sent."""
    photo_id = photo_of(token)
    if photo_id is None:
        abort(404)
    return _private(photos.kept(db, photo_id=photo_id), small=True)


@blueprint.get("/<lang:lang>/receipts/<token>/photo.jpg")
def of_author(token: str) -> Response:
    """The photo of a submission, for its author, in any state."""
    return _private(photos.of(receipts.by_token(db, token=token)))


@blueprint.get("/<lang:lang>/staff/submissions/<uuid:submission_id>/photo.jpg")
@needs("decide")
def of_staff(submission_id: UUID) -> Response:
    """The photo of a submission, for those who decide on it; `?small=1` for the queue."""
    submission = decisions.submission_for(db, account=signed_in(), submission_id=submission_id)
    return _private(photos.of(submission), small="small" in request.args)


@blueprint.get("/<lang:lang>/staff/submissions/<uuid:submission_id>/original.jpg")
@needs("decide")
def original(submission_id: UUID) -> Response:
    """The photo that a redaction has set aside, for those who decide on it."""
    submission = decisions.submission_for(db, account=signed_in(), submission_id=submission_id)
    found = originals.photo_of(db, submission=submission)
    return _private(found) if found else abort(404)


def _public(photo_id: UUID, *, small: bool) -> Response:
    response = _file(photos.published(db, photo_id=photo_id), small=small)
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    response.cache_control.s_maxage = HOUR
    response.cache_control.immutable = True
    return response


def _private(photo: Photo, *, small: bool = False) -> Response:
    response = _file(photo, small=small)
    response.cache_control.private = True
    response.cache_control.no_store = True
    return response


def _file(photo: Photo, *, small: bool) -> Response:
    settings: Settings = current_app.extensions["participation_settings"]
    try:
        content = photos.path(settings.photos, photo.id, small=small).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = Response(content, mimetype="image/jpeg")
    response.headers["Content-Security-Policy"] = POLICY
    # A photo never changes.
    response.set_etag(f"{photo.id}{'-small' * small}")
    return response.make_conditional(request.environ)
