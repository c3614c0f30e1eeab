"""Whether answers fit a questionnaire, and how they are cleaned; pure."""

from collections.abc import Mapping

from participation.errors import FormInvalid, Problem
from participation.questionnaire import Question, Questionnaire
from participation.text import clean_text


def check(
    questionnaire: Questionnaire, kind: str, answers: Mapping[str, object], *, require: bool = True
) -> dict[str, object]:
    """Clean raw answers (text and single: str; multi: list or tuple of str); empty ones are left out.

    Raises FormInvalid with all problems at once. Imports say `require=False`, which forgives missing and
    short answers.
    """
    if kind not in [offered.code for offered in questionnaire.kinds]:
        raise FormInvalid({"kind": Problem("unknown_code", {"values": [kind]})})
    asked = {question.code: question for question in questionnaire.questions_for(kind)}
    cleaned: dict[str, object] = {}
    problems: dict[str, Problem] = {}
    for code, question in asked.items():
        value = _cleaned(question, answers.get(code))
        problem = value if isinstance(value, Problem) else _problem(question, kind, value, require)
        if problem:
            problems[code] = problem
        elif value:
            cleaned[code] = value
    # A form without JavaScript sends empty fields of other kinds too: only a real answer is a problem.
    for code, raw in answers.items():
        if code not in asked and not _is_empty(raw):
            problems[code] = Problem("not_asked", {"kind": kind})
    if problems:
        raise FormInvalid(problems)
    return cleaned


def _is_empty(raw: object) -> bool:
    if isinstance(raw, list | tuple):
        return all(isinstance(item, str) and not clean_text(item) for item in raw)
    return raw is None or (isinstance(raw, str) and not clean_text(raw))


def _cleaned(question: Question, raw: object) -> str | list[str] | Problem:
    if _is_empty(raw):
        return ""
    if question.type != "multi":
        return clean_text(raw) if isinstance(raw, str) else Problem("wrong_type", {"expected": "text"})
    if not isinstance(raw, list | tuple) or not all(isinstance(item, str) for item in raw):
        return Problem("wrong_type", {"expected": "list"})
    return sorted({clean_text(item) for item in raw} - {""})


def _problem(question: Question, kind: str, value: str | list[str], require: bool) -> Problem | None:
    if not value:
        return Problem("required", {}) if require and kind in question.required_for else None
    if isinstance(value, str) and question.type == "text":
        return _length_problem(question, len(value), question.min_length_for.get(kind, 0) if require else 0)
    chosen = [value] if isinstance(value, str) else value
    offered = {option.code for option in question.options if kind in option.kinds}
    unknown = [code for code in chosen if code not in offered]
    if unknown:
        return Problem("unknown_code", {"values": unknown})
    if question.max_choices and len(chosen) > question.max_choices:
        return Problem("too_many", {"max": question.max_choices, "count": len(chosen)})
    return None


def _length_problem(question: Question, length: int, minimum: int) -> Problem | None:
    if question.max_length and length > question.max_length:
        return Problem("too_long", {"max": question.max_length, "length": length})
    if length < minimum:
        return Problem("too_short", {"min": minimum, "length": length})
    return None
