"""What a form carries against machines: a field that people leave empty, when it was made, and a proof of work."""

import time

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from participation.web.plumbing import tokens

OPENED = "form-opened"
LEAST_SECONDS = 3
DAY = 24 * 3600


class ProofFields(FlaskForm):
    """Three fields that a person never notices."""

    # Machines fill in every field they find; browsers and screen readers do not offer this one.
    website = StringField(lazy_gettext("Leave this empty"))
    opened = HiddenField()
    proof = HiddenField()
    # How long the form was open, as far as it says.
    seconds: float | None = None

    @property
    def is_filled_by_machine(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.website.data)

    def note_time(self) -> None:
        """See how long the form was open, and give it a time where it has none.

        A form without a time, with a forged one or one of yesterday is not refused: nobody is locked out because they
        left it open.
        """
        opened = tokens.read(OPENED, self.opened.data or "", seconds=DAY)
        if opened is None:
            self.opened.data = opened_at(time.time())
        else:
            self.seconds = time.time() - float(opened)

    @property
    def is_too_fast(self) -> bool:
        """Whether it came back faster than anybody can read it."""
        return self.seconds is not None and self.seconds < LEAST_SECONDS


def opened_at(moment: float) -> str:
    """The signed time of a form; `moment` in seconds since 1970."""
    return tokens.sign(OPENED, f"{moment:.3f}")
