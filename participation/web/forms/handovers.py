"""The words for what is handed over."""

from flask_babel import gettext


def work_labels() -> dict[str, str]:
    """The kinds of open work."""
    return {
        "claims": gettext("Entries that are open at the moment"),
        "notes": gettext("Notes on entries"),
        "notices": gettext("Reports from the public"),
        "appeals": gettext("Objections of authors"),
    }
