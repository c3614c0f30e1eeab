"""The forms of the receipt, and the words for what happened to an entry."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField

from participation.errors import FormInvalid
from participation.models.submissions import Submission
from participation.pictures import Picture
from participation.services import receipts
from participation.services.receipts import Correction
from participation.web.forms.messages import message
from participation.web.forms.proofs import ProofFields
from participation.web.forms.submissions import SubmissionForm, form_for


class CorrectionForm:
    """The form of adding, filled with what was sent, and the version that its author saw."""

    def __init__(self, submission: Submission, lang: str) -> None:
        self.submission = submission
        self.fields: SubmissionForm = form_for(
            submission.campaign.questionnaire, kind=submission.kind, city=submission.city, lang=lang
        )
        self.seen = VersionForm()

    def fill(self) -> None:
        """Show what was sent; near a home the place is the public one, because others may look at the page."""
        fields, submission = self.fields, self.submission
        for question in fields.questions:
            fields[question.code].data = getattr(submission, question.code)
        where = receipts.shown_place(submission)
        places = (fields.lat, where.lat), (fields.lon, where.lon), (fields.place_words, where.words)
        for field, value in (*places, (fields.district, where.district), (fields.near_home, where.near_home)):
            field.data = value
        fields.text_lang.data = submission.text_lang or fields.text_lang.data
        self.seen.version.data = submission.version

    def correction(self, photo: Picture | None = None) -> Correction:
        """What was sent, as the service takes it; `photo` has just arrived and takes the place of the former one."""
        fields = self.fields
        # Beside a photo that the server keeps for this form, the box speaks of that one.
        drop = bool(fields.drop_photo.data) and not fields.kept_photo_id
        return Correction(fields.draft(photo), self.seen.version.data or 0, drop)


class VersionForm(FlaskForm):
    """Which version of a submission its author saw."""

    version = IntegerField()


class FollowForm(ProofFields):
    """Where to send news."""

    email = EmailField(lazy_gettext("Your e-mail address"))

    def show(self, invalid: FormInvalid) -> None:
        """Put the problem beside the field."""
        self.email.errors = [message(problem) for problem in invalid.problems.values()]


def step_labels() -> dict[str, str]:
    """What happened to an entry, as its author reads it; what is not named here is the city's own business."""
    return {
        "publish": gettext("Published"),
        "reject": gettext("Not published"),
        "remove": gettext("Taken off the map by the city"),
        "uphold_report": gettext("Somebody reported the entry, and the city has changed something"),
        "reopen": gettext("Your objection was right: the entry waits again"),
        "undo": gettext("Taken back by the city a moment later"),
        "set_point": gettext("The city has set the place on the map"),
        "amend": gettext("Corrected by the city"),
        "redact": gettext("The city has made parts of it unrecognisable"),
        "restore": gettext("The city shows it in full again"),
        "correct": gettext("Corrected by you"),
        "withdraw": gettext("Withdrawn by you"),
        "erase": gettext("Erased by you"),
    }


def ground_labels() -> dict[str, str]:
    """For each reason the clause or the law on which it stands."""
    sent = gettext("Terms of use, section “What you can send”")
    banned = gettext("Terms of use, section “What does not belong here”")
    listed = gettext("Terms of use, section “What happens to your entry”")
    data = gettext("Terms of use, section “What does not belong here”, and the law on data protection (GDPR)")
    return {
        "off_topic": sent,
        "not_public_space": sent,
        "outside_city": sent,
        "duplicate": listed,
        "personal_data": data,
        "people_in_photo": data,
        "insult_hate": banned,
        "illegal": gettext("The law forbids it"),
        "advertising_spam": banned,
        "unclear": listed,
        "copyright": gettext("The law on copyright"),
        "authority_order": gettext("The order of an authority"),
    }


def reason_advice() -> dict[str, str]:
    """For each reason of a rejection what its author can do."""
    return {
        "off_topic": gettext("Please send entries about hot or pleasantly cool places, or ideas against the heat."),
        "not_public_space": gettext("Please choose a place where everybody may go: a street, a square or a park."),
        "outside_city": gettext("Please choose a place inside the city, or use the page of the city it lies in."),
        "duplicate": gettext("You need not do anything: the first entry counts."),
        "personal_data": gettext("Please send it again without names, phone numbers or other details about people."),
        "people_in_photo": gettext("Please send it again without the photo, or with one that shows no people."),
        "insult_hate": gettext("Please send it again in words that insult nobody."),
        "illegal": gettext("We may not show this. If you think that this is a mistake, please write to the city."),
        "advertising_spam": gettext("Please send it again without advertising, in your own words."),
        "unclear": gettext("Please send it again and say in a sentence or two what you mean and where it is."),
        "copyright": gettext("Please send it again with your own words and your own photo."),
        "authority_order": gettext("An authority has decided this. If you have questions, please write to the city."),
    }
