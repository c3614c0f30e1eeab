"""The form for what was filled in on paper: a line for each question, in the order of the sheet."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField

from participation.errors import FormInvalid, Problem
from participation.locales import LANGUAGES
from participation.models.cities import City
from participation.questionnaire import Question, Questionnaire
from participation.services.papers import Sheet
from participation.web.forms.messages import message
from participation.web.forms.submissions import WhereFields

LONG = 200


class PaperForm(WhereFields):
    """One sheet; the questions are added by `form_for`."""

    kind = HiddenField()
    idempotency_key = HiddenField()
    near_home = BooleanField(lazy_gettext("This is near my home"))
    text_lang = SelectField(lazy_gettext("Written in"), validate_choice=False)
    questions: tuple[Question, ...] = ()

    @property
    def lines(self) -> list[tuple[Question, Field]]:
        """The questions with their fields, in the order of the sheet."""
        return [(question, self._fields[question.code]) for question in self.questions]

    def sheet(self) -> Sheet:
        """What was typed."""
        typed = {question.code: self._fields[question.code].data or "" for question in self.questions}
        key = self.idempotency_key.data or ""
        return Sheet(self.kind.data or "", self.where(), typed, self.text_lang.data or "", key)

    def show(self, invalid: FormInvalid) -> None:
        """Put each problem beside its field, in words for who types."""
        for name, problem in invalid.problems.items():
            field = self._fields.get(name) or self.lat
            field.errors = [*field.errors, _said(problem)]


def form_for(questionnaire: Questionnaire, *, kind: str, city: City, lang: str, key: str) -> PaperForm:
    """The form for a sheet of one kind; filled from the request where there is one."""
    questions = questionnaire.questions_for(kind)
    fields: dict[str, Any] = {}
    for question in questions:
        label = questionnaire.question_label(question.code, kind, lang)
        long = question.type == "text" and (question.max_length or 0) > LONG
        fields[question.code] = TextAreaField(label) if long else StringField(label)
    form: PaperForm = type("SheetForm", (PaperForm,), {**fields, "questions": questions})()
    form.offer(city)
    form.kind.data = kind
    form.text_lang.choices = [(language.code, language.own_name) for language in LANGUAGES]
    form.text_lang.data = form.text_lang.data or lang
    form.idempotency_key.data = form.idempotency_key.data or key
    return form


def _said(problem: Problem) -> str:
    if problem.code == "unknown_code":
        values = problem.details.get("values", problem.details.get("value", ""))
        shown = ", ".join(map(str, values)) if isinstance(values, list | tuple) else str(values)
        return gettext("Not a code of this question, or not clear yet: %(values)s", values=shown[:200])
    return message(problem)
