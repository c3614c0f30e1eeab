"""The photo of a form: a file, or one that the server keeps since an earlier try."""

from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, StringField

from participation.web.plumbing import tokens

KEPT = "kept-photo"
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class KeptPhoto:
    """A photo that waits for its form: the signed token that names it, and where its thumbnail is."""

    token: str

    @property
    def address(self) -> str:
        """The address of the thumbnail."""
        return url_for("photos.kept", token=self.token)


class PhotoFields(FlaskForm):
    """One photo, or none."""

    photo = FileField(lazy_gettext("Photo"))
    kept_photo = StringField()
    drop_photo = BooleanField(lazy_gettext("Remove the photo"))

    @property
    def photo_kept(self) -> KeptPhoto | None:
        """The photo of an earlier try, unless it was removed since."""
        return KeptPhoto(self.kept_photo.data or "") if self.kept_photo_id and not self.drop_photo.data else None

    @property
    def kept_photo_id(self) -> UUID | None:
        """Which photo the token names; None without a valid one."""
        return photo_of(self.kept_photo.data or "")

    @property
    def photo_is_lost(self) -> bool:
        """Whether the form names a photo that is kept no longer."""
        return bool(self.kept_photo.data and self.kept_photo_id is None and not self.drop_photo.data)

    def keep(self, photo_id: UUID) -> None:
        """Let the form bring this photo back with the next try."""
        self.kept_photo.data = tokens.sign(KEPT, str(photo_id))
        self.drop_photo.data = False


def photo_of(token: str) -> UUID | None:
    """The id of the photo that a token names; None where it is forged or older than a day."""
    value = tokens.read(KEPT, token, seconds=KEPT_SECONDS)
    return UUID(value) if value else None
