"""The sentences for the problems that services find in forms."""

from collections.abc import Callable, Mapping

from flask_babel import gettext, ngettext

from participation.errors import FormInvalid, Problem, ServiceError
from participation.models.reply_templates import VARIABLES
from participation.web.plumbing.formats import named, number

Details = Mapping[str, object]


def message(problem: Problem) -> str:
    """What is wrong and how to mend it, in the person's language."""
    known = _SENTENCES.get(problem.code)
    return known(problem.details) if known else gettext("Please check this answer.")


def messages(invalid: FormInvalid) -> dict[str, str]:
    """What is wrong, by field."""
    return {field: message(problem) for field, problem in invalid.problems.items()}


def why_not(refusal: ServiceError) -> str:
    """Why a decision on an entry was not taken."""
    said = {
        "claimed": gettext("%(name)s has this entry open. Nothing was changed.", name=refusal.details.get("name", "")),
        "too_late_to_undo": gettext("It is too late to undo this. Nothing was changed."),
        "already_merged": gettext("One of the two places was merged in the meantime."),
        "cannot_unmerge": gettext("Nothing of that place is left here, or this place was merged further."),
        "objection_waits": gettext("The author has objected. Until that is decided, the original has to stay."),
        "needs_somebody_else": gettext("Somebody else has to do this: you have asked for it yourself."),
    }
    changed = gettext("Somebody has decided on this entry or changed it in the meantime. Nothing was overwritten.")
    return said.get(refusal.code, changed)


def _number(details: Details, name: str) -> int:
    value = details.get(name)
    return value if isinstance(value, int) else 0


def _too_long(details: Details) -> str:
    most = _number(details, "max")
    over = max(_number(details, "length") - most, 1)
    return gettext("At most %(most)s characters. Too many: %(number)s", most=number(most), number=number(over))


def _too_short(details: Details) -> str:
    least = _number(details, "min")
    return ngettext("Please write at least %(num)s character.", "Please write at least %(num)s characters.", least)


def _too_many(details: Details) -> str:
    most = _number(details, "max")
    return ngettext("Please choose at most %(num)s answer.", "Please choose at most %(num)s answers.", most)


def _outside(details: Details) -> str:
    partner = details.get("partner")
    if partner is not None:
        return gettext("This point lies in %(city)s. Please use the page of that city.", city=named(partner))
    return gettext("This point lies outside the city. Please choose a place inside the boundary.")


def _redacted_word(details: Details) -> str:
    word = str(details.get("word"))
    return gettext("“%(word)s” is hidden in the original. Please leave it out here as well.", word=word)


def _variable_left(details: Details) -> str:
    variable = str(details.get("variable"))
    return gettext(
        "Please replace %(variable)s: nothing is known about this place that could stand there.", variable=variable
    )


def _unknown_variable(details: Details) -> str:
    variable, known = str(details.get("variable")), ", ".join(f"{{{name}}}" for name in VARIABLES)
    return gettext("%(variable)s is not known. These can be filled in: %(known)s.", variable=variable, known=known)


def _too_many_profiles(details: Details) -> str:
    most = _number(details, "max")
    return gettext("A city can keep %(most)s profiles. Please delete one that nobody uses.", most=number(most))


def _too_many_tokens(details: Details) -> str:
    most = _number(details, "max")
    return gettext("A profile can have %(most)s working tokens. Please revoke one that nobody uses.", most=number(most))


def _too_large(details: Details) -> str:
    most = _number(details, "most")
    return gettext("This photo is larger than %(most)s MB. Please choose a smaller one.", most=number(most))


def _too_many_pixels(details: Details) -> str:
    most = _number(details, "most")
    return gettext(
        "This photo has more pixels than we can take (at most %(most)s million). Please send a smaller version.",
        most=number(most),
    )


_SENTENCES: dict[str, Callable[[Details], str]] = {
    "required": lambda _: gettext("Please answer this question."),
    "nothing_chosen": lambda _: gettext("Please choose at least one entry."),
    "sheet_empty": lambda _: gettext("Nothing was typed."),
    "unknown_code": lambda _: gettext("This answer is not on the list. Please choose again."),
    "not_asked": lambda _: gettext("This question does not belong to this kind of entry."),
    "too_many": _too_many,
    "too_long": _too_long,
    "too_short": _too_short,
    "where_required": lambda _: gettext("Please say where it is: on the map, from a list or in words."),
    "not_a_point": lambda _: gettext("This is not a position. Please choose the place again."),
    "untouched": lambda _: gettext("Please move the map to the place you mean."),
    "outside": _outside,
    "redacted_word": _redacted_word,
    "variable_left": _variable_left,
    "unknown_variable": _unknown_variable,
    "name_taken": lambda _: gettext("There is one with this name already."),
    "name_for_addresses": lambda _: gettext(
        "The name becomes part of an address. Please use letters, digits, spaces, dots, hyphens and underscores only, "
        "and begin with a letter or a digit."
    ),
    "scripts_would_see_more": lambda _: gettext(
        "Scripts use this profile, and they would get what is not public. Please choose another name."
    ),
    "too_many_profiles": _too_many_profiles,
    "too_many_tokens": _too_many_tokens,
    "answer_required": lambda _: gettext("Please say in a sentence why it stays as it is."),
    "text_empty": lambda _: gettext("Please write something."),
    "receiver_required": lambda _: gettext("Please choose who takes the work over."),
    "text_required": lambda _: gettext("Please write the text in at least one language."),
    "photo_too_large": _too_large,
    "photo_too_many_pixels": _too_many_pixels,
    "photo_unreadable": lambda _: gettext(
        "This file is not a photo that we can read. Please choose a JPEG, PNG, WebP or HEIC picture."
    ),
    "photo_broken": lambda _: gettext("This photo is damaged or not complete. Please choose it again, or another one."),
    "photo_moving": lambda _: gettext("Moving pictures cannot be taken. Please choose a photo that stands still."),
    "photo_busy": lambda _: gettext("Many photos are being sent just now. Please send your entry again in a minute."),
    "photo_gone": lambda _: gettext("Your photo is not kept any more. Please choose it again, or send without it."),
    "about_unknown": lambda _: gettext(
        "What your feedback is about is no longer shown. To send it to the city without this link, send once more."
    ),
    "proof_wrong": lambda _: gettext("Your browser's check did not work. Nothing is lost: please send once more."),
    "proof_old": lambda _: gettext("The form was open for a long time. Nothing is lost: please send once more."),
    "proof_used": lambda _: gettext("Your browser's check was used before. Nothing is lost: please send once more."),
    "nothing_changed": lambda _: gettext("Nothing was changed."),
    "nothing_marked": lambda _: gettext("Please mark what nobody shall see, in the text or on the photo."),
    "place_unknown": lambda _: gettext("There is no such place in this city. Please choose another one."),
    "same_place": lambda _: gettext("The entry belongs to this place already."),
    "alone_at_place": lambda _: gettext("Nothing else belongs to this place, so there is nothing to separate."),
    "not_an_address": lambda _: gettext("This is not an e-mail address. It should look like name@example.org."),
    "not_ticked": lambda _: gettext("Please tick this box to send the report."),
}
