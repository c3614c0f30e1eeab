"""The forms of the moderation desk, and the words for what is decided."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, SelectField, StringField

from participation.models.cities import City
from participation.services.decision_amendments import Amendment
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import per_language


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
        "remove": gettext("Taken off the map"),
        "undo": gettext("Taken back a moment later"),
        "reopen": gettext("Opened again after an objection"),
        "second_look": gettext("Left for a second look"),
        "keep": gettext("Looked at again, nothing changed"),
        "uphold_report": gettext("A report was right, something was changed"),
        "settle_report": gettext("Report closed, it was no longer published"),
        "set_point": gettext("Place set"),
        "amend": gettext("Corrected by the moderation"),
        "join": gettext("Joined to a place"),
        "split": gettext("Separated from a place"),
        "name_place": gettext("Name of the place changed"),
        "merge": gettext("Place merged into another"),
        "unmerge": gettext("Merged place separated again"),
        "reply": gettext("Answer of the city given or changed"),
        "take_reply_back": gettext("Answer of the city taken back"),
        "redact": gettext("Redacted"),
        "ask_restore": gettext("Asked to undo the redaction"),
        "restore": gettext("Redaction undone"),
        "ask_drop_original": gettext("Asked to delete the original"),
        "drop_original": gettext("Original deleted for good"),
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
        "demo": gettext("Made up for the demo version"),
        "open311": gettext("Sent by another program (Open311)"),
    }


def check_labels() -> dict[str, str]:
    """What a moderator should look at."""
    return {
        "no_proof": gettext("Not checked for machines"),
        "phone": gettext("Perhaps a phone number"),
        "email": gettext("Perhaps an e-mail address"),
        "name": gettext("Perhaps a name"),
        "link": gettext("Perhaps a link"),
        "shouting": gettext("Written in capitals"),
        "fast": gettext("Sent very fast"),
        "many": gettext("One of many from the same browser"),
        "near_home": gettext("Near the home of the author"),
        "outside": gettext("Outside all districts"),
    }


def detail_labels() -> dict[str, str]:
    """What a decision changed, as the history tells it."""
    return {
        "kind": gettext("Kind of entry"),
        "place_type": gettext("Kind of place"),
        "text_lang": gettext("Language of the text"),
        "answers": gettext("Answers"),
        "text": gettext("Text"),
        "photo": gettext("Photo"),
        "place_name": gettext("Name of the place"),
        "second_look": gettext("A second look was due"),
        "proposed": gettext("Proposed by somebody else before"),
        "import": gettext("Restored from a file"),
        "place": gettext("The place as a whole"),
    }


@per_language
def words() -> dict[str, dict[str, str]]:
    """All of these, for the page of one entry."""
    return {
        "actions": action_labels(),
        "checks": check_labels(),
        "details": detail_labels(),
        "reasons": reason_labels(),
        "sources": source_labels(),
        "statuses": status_labels(),
    }


class DecisionForm(FlaskForm):
    """Every decision says which version was seen, and has a key of its own."""

    version = IntegerField()
    idempotency_key = StringField()

    def seen(self) -> Seen:
        """What the moderator looked at."""
        return Seen(version=self.version.data or 0, idempotency_key=self.idempotency_key.data or "")


class RejectForm(DecisionForm):
    """A rejection names its reason."""

    reason_code = StringField()


class AmendForm(DecisionForm):
    """What the entry should be; the answers of another kind are fields named like their questions."""

    kind = StringField()
    place_type = StringField()
    text_lang = StringField()

    def wanted(self, sent: MultiDict[str, str]) -> Amendment:
        """What was chosen; of the answers those of the chosen kind."""
        kind = self.kind.data or ""
        answers: dict[str, object] = {"topic": sent.get("topic", ""), "reasons": sent.getlist(f"reasons_{kind}")}
        return Amendment(kind, self.place_type.data or "", self.text_lang.data or "", answers)


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
