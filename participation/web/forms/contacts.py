"""The words for why somebody looks at contact data."""

from flask_babel import gettext


def purpose_labels() -> dict[str, str]:
    """What for, as the staff choose it and the lead of the city reads it."""
    return {
        "ask_back": gettext("To ask the person a question about the report"),
        "inform": gettext("To tell the person something that the mails do not say"),
        "authority": gettext("For an authority or a court"),
        "other": gettext("For another purpose"),
    }
