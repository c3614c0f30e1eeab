"""The form by which an author objects, and the words for what became of that."""

from flask_babel import gettext, lazy_gettext
from wtforms import TextAreaField

from participation.errors import FormInvalid
from participation.models.appeals import TEXT_MAX
from participation.web.forms.messages import message
from participation.web.forms.proofs import ProofFields


class AppealForm(ProofFields):
    """Why the author thinks that the city was wrong."""

    text = TextAreaField(
        lazy_gettext("Why should the city decide otherwise?"),
        description=lazy_gettext("In your own words and in your language. Please no names or addresses."),
        render_kw={"data-most": TEXT_MAX},
    )

    def show(self, invalid: FormInvalid) -> None:
        """Put the problem beside the field."""
        self.text.errors = [message(problem) for problem in invalid.problems.values()]


def outcome_labels() -> dict[str, str]:
    """Where an objection stands, as its author reads it."""
    return {
        "received": gettext("Your objection waits. Somebody who has not decided before looks at it again."),
        "upheld": gettext("The city has looked at it again. The decision stays as it was."),
        "shown": gettext("Your objection was right. The city shows again what it had hidden in your entry."),
        "reversed": gettext("Your objection was right. Your entry waits for a new decision."),
    }
