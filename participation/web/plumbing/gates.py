"""What happens with a form before anything is stored: whom a limit spares, and the photo that comes along."""

from datetime import UTC, datetime

from flask import current_app, g, request

from participation import database, pictures
from participation.errors import Invalid, Problem
from participation.pictures import Picture
from participation.services import photos, submissions
from participation.services.submission_gates import Gate
from participation.settings import Settings
from participation.web.forms.photos import PhotoFields
from participation.web.plumbing.sessions import db


def gate() -> Gate:
    """How this installation takes entries."""
    return Gate(photos=_settings().photos, asks_for_proof=_settings().proof_work > 0)


def photo() -> Picture | Problem | None:
    """The photo in the form, or what is wrong with it, or None where there is none.

    To be asked for before the database: drawing takes up to a second, and on SQLite a writer keeps all others waiting.
    """
    if has_no_photo():
        return None
    settings = _settings()
    source = request.files["photo"].stream.read(settings.photo_bytes + 1)
    if len(source) > settings.photo_bytes:
        return Problem("photo_too_large", {"most": settings.photo_mb})
    try:
        return pictures.redraw(source)
    except Invalid as refused:
        return Problem(refused.code, refused.details)


def problem(found: Picture | Problem | None, *, lost: bool) -> Problem | None:
    """What is wrong with the photo of a form; `lost` is one that should be kept and is not."""
    if isinstance(found, Problem):
        return found
    return Problem("photo_gone") if lost and found is None else None


def keep(form: PhotoFields, found: Picture | Problem | None) -> None:
    """Let a form that comes back bring its photo again, because a browser would not; the caller commits."""
    drop_kept(form)
    if isinstance(found, Picture):
        form.keep(photos.keep(db, folder=gate().photos, picture=found, now=datetime.now(UTC)).id)


def drop_kept(form: PhotoFields) -> None:
    """A photo that was removed from the form is gone at once."""
    if form.drop_photo.data and form.kept_photo_id:
        photos.discard(db, folder=gate().photos, photo_id=form.kept_photo_id)
        form.kept_photo.data, form.drop_photo.data = "", False


def has_no_photo() -> bool:
    """Whether the form brings no file; browsers send an empty one without a name."""
    return not request.files.get("photo")


def is_repeated() -> bool:
    """Whether this form was stored before: its first answer is given again, and counts no second time."""
    if "form_is_repeated" not in g:
        key = request.form.get("idempotency_key", "")
        with database.reading(current_app.extensions["participation_engine"]) as session:
            g.form_is_repeated = bool(key) and submissions.is_repeated(session, key=key)
    repeated: bool = g.form_is_repeated
    return repeated


def needs_no_proof() -> bool:
    """Whether the stricter limit for forms without a proof of work does not hold."""
    return _settings().proof_work == 0 or bool(request.form.get("proof")) or is_repeated()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings
