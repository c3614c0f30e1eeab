"""The forms of the moderation desk, and the words for what is decided."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField

from participation.models.cities import City
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.web.plumbing.formats import named


def reason_labels() -> dict[str, str]:
    """The reasons for a rejection, as moderators and authors read them."""
    return {
        "off_topic": gettext("Not about heat or cooling in the city"),
        "not_public_space": gettext("Not a publicly accessible place"),
        "outside_city": gettext("Outside the city"),
        "duplicate": gettext("Already sent before"),
        "personal_data": gettext("Contains personal data"),
        "people_in_photo": gettext("The photo shows people"),
        "insult_hate": gettext("Insult or hate"),
        "illegal": gettext("Illegal content"),
        "advertising_spam": gettext("Advertising or spam"),
        "unclear": gettext("Cannot be understood"),
        "copyright": gettext("Infringes copyright"),
        "authority_order": gettext("Ordered by an authority"),
    }


def status_labels() -> dict[str, str]:
    """Where a submission stands, as moderators read it."""
    return {
        "pending": gettext("Waiting for a decision"),
        "published": gettext("Published"),
        "rejected": gettext("Rejected"),
        "withdrawn": gettext("Withdrawn by the author"),
        "removed": gettext("Removed"),
        "erased": gettext("Erased by the author"),
    }


def action_labels() -> dict[str, str]:
    """What was done to a submission, as the history tells it."""
    return {
        "publish": gettext("Published"),
        "reject": gettext("Rejected"),
        "set_point": gettext("Place set"),
        "correct": gettext("Corrected by the author"),
        "withdraw": gettext("Withdrawn by the author"),
        "erase": gettext("Erased by the author"),
    }


def source_labels() -> dict[str, str]:
    """How a submission came in."""
    return {
        "web": gettext("Sent online"),
        "pwa_offline": gettext("Recorded on the way, sent later"),
        "walk": gettext("Recorded on a heat walk"),
        "staff_paper": gettext("Copied from paper by the city"),
        "import": gettext("Imported from a file"),
        "demo": gettext("Made up for the demonstration"),
    }


class DecisionForm(FlaskForm):
    """Every decision says which version was seen, has a key of its own, and leads back to a page of the queue."""

    version = IntegerField()
    idempotency_key = StringField()
    page = IntegerField()

    def seen(self) -> Seen:
        """What the moderator looked at."""
        return Seen(version=self.version.data or 0, idempotency_key=self.idempotency_key.data or "")


class RejectForm(DecisionForm):
    """A rejection names its reason."""

    reason_code = StringField()


class PointForm(DecisionForm):
    """Where the author meant it to be: a landmark or a position."""

    landmark = SelectField(lazy_gettext("Well-known place"), validate_choice=False)
    lat = StringField(lazy_gettext("Latitude"))
    lon = StringField(lazy_gettext("Longitude"))

    def offer(self, city: City) -> None:
        """Fill the list of landmarks."""
        landmarks = sorted(((landmark.code, named(landmark)) for landmark in city.landmarks), key=lambda pair: pair[1])
        self.landmark.choices = [("", lazy_gettext("Please choose")), *landmarks]

    def where(self) -> Where:
        """The place as sent."""
        return Where(lat=self.lat.data or "", lon=self.lon.data or "", landmark=self.landmark.data or "")
