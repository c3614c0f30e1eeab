"""The form by which anybody reports something published, and the words for what is wrong with it."""

import uuid

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, EmailField, Field, HiddenField, RadioField, StringField, TextAreaField

from participation.errors import FormInvalid
from participation.models.notices import EXPLANATION_MAX
from participation.services.notices import Report
from participation.web.forms.messages import message
from participation.web.forms.proofs import ProofFields
from participation.web.forms.submissions import Mistake


def ground_labels() -> dict[str, str]:
    """What can be wrong with something published."""
    return {
        "personal_data": gettext("It shows or names a person who has not agreed"),
        "people_in_photo": gettext("The photo shows people or number plates"),
        "insult_hate": gettext("It insults or incites hatred"),
        "illegal": gettext("It breaks the law in another way"),
        "copyright": gettext("It uses my words or my picture without permission"),
        "advertising_spam": gettext("It is advertising or spam"),
        "untrue": gettext("What it says is not true"),
        "other": gettext("Something else"),
    }


def status_labels() -> dict[str, str]:
    """Where a notice stands, as its author reads it."""
    return {
        "received": gettext("Your report waits for a decision."),
        "upheld": gettext("Your report was right: the city has acted on it."),
        "dismissed": gettext("The city has looked at it and changes nothing."),
        "settled": gettext("What you reported is no longer published."),
    }


def outcome_labels(*, about_place: bool) -> dict[str, str]:
    """What can become of a notice, as those read it who decide."""
    changed = gettext("The report is right, and I have changed it: redacted, corrected or answered anew")
    if about_place:
        changed = gettext("The report is right, and I have changed the name of the place or our answer there")
    return {
        "remove": gettext("The report is right: take the entry off the map"),
        "changed": changed,
        "dismiss": gettext("Everything stays as it is"),
        "settle": gettext("The entry is no longer published: close the report"),
    }


class NoticeForm(ProofFields):
    """What article 16 of the Digital Services Act asks for."""

    ground = RadioField(lazy_gettext("What is wrong?"), validate_choice=False)
    explanation = TextAreaField(
        lazy_gettext("Please explain why"),
        description=lazy_gettext("Which words or which part of the photo do you mean, and why should the city act?"),
        render_kw={"data-most": EXPLANATION_MAX},
    )
    name = StringField(lazy_gettext("Your name (optional)"))
    email = EmailField(lazy_gettext("Your e-mail address (optional)"))
    good_faith = BooleanField(lazy_gettext("I believe in good faith that what I say here is right and complete."))
    idempotency_key = HiddenField()

    def prepare(self) -> None:
        """Offer the grounds, and give the form a key and a time of its own unless it has them."""
        self.ground.choices = list(ground_labels().items())
        if not self.idempotency_key.data:
            self.new_key()
        self.note_time()

    def report(self, lang: str) -> Report:
        """What was sent, as the service takes it."""
        return Report(
            ground=self.ground.data or "",
            explanation=self.explanation.data or "",
            good_faith=self.good_faith.data,
            name=self.name.data or "",
            email=self.email.data or "",
            lang=lang,
            idempotency_key=self.idempotency_key.data or "",
        )

    def show(self, invalid: FormInvalid) -> None:
        """Put each problem beside the field it is about."""
        for name, problem in invalid.problems.items():
            self._fields[name].errors = [message(problem)]

    @property
    def problems(self) -> list[Mistake]:
        """What is wrong, in the order of the page."""
        return [self._mistake(field, error) for field in self for error in field.errors]

    def new_key(self) -> None:
        """A key of its own for the next try to send."""
        self.idempotency_key.data = str(uuid.uuid4())

    def _mistake(self, field: Field, error: str) -> Mistake:
        choices = isinstance(field, RadioField)
        return Mistake(next(iter(field)).id if choices else field.id, str(field.label.text), str(error))
