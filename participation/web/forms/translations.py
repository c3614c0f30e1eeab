"""The form of a translation, and the words for what was done with one."""

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField

from participation.services.translations import Beside


class TranslationForm(FlaskForm):
    """Into which language, what it says, and what somebody had before their eyes when they wrote it."""

    into = StringField()
    text = StringField()
    original = StringField()
    translation = StringField()

    def seen(self) -> Beside:
        """What somebody looked at."""
        return Beside(self.original.data or "", self.translation.data or "")


def changed_sentence(code: str) -> str:
    """Why a translation was not saved: somebody else was faster."""
    if code == "original_changed":
        return gettext(
            "The original was changed in the meantime. Nothing was saved: please compare what you wrote with it as it "
            "is now."
        )
    return gettext(
        "Somebody else has changed this translation in the meantime. Theirs stands first, yours is in the field; "
        "nothing was overwritten."
    )
