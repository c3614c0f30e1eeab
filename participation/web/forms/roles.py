"""The words for what the staff may do, and where."""

from flask_babel import gettext


def action_labels() -> dict[str, str]:
    """What can be done, as the staff read it."""
    return {
        "see_queue_lengths": gettext("See how many entries wait"),
        "decide": gettext("Read the entries that wait and decide on them"),
        "answer": gettext("Answer at a place in the name of the city"),
        "advise": gettext("Advise a city on what it has published; the city decides"),
        "note_comparison": gettext("Write notes on the comparison of the partner cities"),
        "export_internal": gettext("Download the data with what is not public"),
        "manage_exports": gettext("Keep export profiles, and let scripts use them"),
        "import_entries": gettext("Bring in entries from a file"),
        "enter_paper": gettext("Print the questionnaire and type in what was filled in on paper"),
        "take_record": gettext("Download the record of all decisions"),
        "see_contact_readings": gettext("See who has looked at the contact data of people who reported something"),
        "see_staff": gettext("See who works there"),
        "manage_moderators": gettext("Invite moderators and switch their accounts off"),
        "manage_all_staff": gettext("Invite people into any role and switch their accounts off"),
        "hand_over": gettext("Hand open work over to a colleague"),
        "choose_digest": gettext("Get a mail about what waits, daily or weekly"),
        "see_roles": gettext("See this page"),
        "own_account": gettext("Protect the own account and end its sessions"),
    }


def reach_labels() -> dict[str, str]:
    """Where somebody may do it."""
    return {
        "city": gettext("In the own city"),
        "partnership": gettext("In the cities of the own partnership"),
        "all": gettext("Everywhere"),
        "self": gettext("Yes"),
    }
