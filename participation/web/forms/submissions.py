"""The form of a submission, made from the questionnaire of its campaign.

The fields carry the names of the CSV columns. What is allowed is checked by the service; the form shows it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)

from participation.errors import FormInvalid
from participation.locales import LANGUAGES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import PLACE_WORDS_MAX, Submission
from participation.pictures import Picture
from participation.questionnaire import Question, Questionnaire, load, versions
from participation.services.locations import Where
from participation.services.submissions import Draft
from participation.text import fold
from participation.web.forms.messages import message
from participation.web.forms.photos import PhotoFields
from participation.web.forms.proofs import ProofFields
from participation.web.plumbing.formats import named


@dataclass(frozen=True)
class Mistake:
    """One message above a form: the id of the field to mend, its label where that helps, and what is wrong."""

    id: str
    label: str
    text: str


UNSEEN = ("proof", "about_place", "about_submission")


class ChipsField(SelectMultipleField):
    """Several answers as check boxes, which work with every browser and screen reader."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class WhereFields(FlaskForm):
    """The ways to say where it is, all equal; moderators use them too."""

    lat = StringField(lazy_gettext("Latitude"))
    lon = StringField(lazy_gettext("Longitude"))
    landmark = SelectField(lazy_gettext("Well-known place"), validate_choice=False)
    district = SelectField(lazy_gettext("District"), validate_choice=False)
    place_words = StringField(lazy_gettext("Describe the place"))

    def offer(self, city: City) -> None:
        """Fill the lists of landmarks and districts."""
        nothing = [("", lazy_gettext("Please choose"))]
        landmarks = sorted(
            ((landmark.code, named(landmark)) for landmark in city.landmarks), key=lambda pair: fold(pair[1])
        )
        self.landmark.choices = nothing + landmarks
        self.district.choices = nothing + [(district.code, district.name) for district in city.districts]
        self.place_words.render_kw = {"data-most": PLACE_WORDS_MAX}

    def where(self) -> Where:
        """The place as sent."""
        near_home = getattr(self, "near_home", None)
        return Where(
            lat=self.lat.data or "",
            lon=self.lon.data or "",
            landmark=self.landmark.data or "",
            district=self.district.data or "",
            words=self.place_words.data or "",
            near_home=bool(near_home and near_home.data),
        )

    def preset(self, query: Mapping[str, str]) -> None:
        """Take over the place that a link to the form names."""
        for field in (self.lat, self.lon, self.landmark, self.district):
            field.data = query.get(field.name, "")

    def show(self, invalid: FormInvalid) -> None:
        """Put each problem beside the field it is about."""
        for name, problem in invalid.problems.items():
            field = self._fields.get(name) or self.lat
            field.errors = [*field.errors, message(problem)]


class SubmissionForm(WhereFields, PhotoFields, ProofFields):
    """One submission; the questions are added by `form_for`."""

    kind = HiddenField()
    idempotency_key = HiddenField()
    about_place = HiddenField()
    about_submission = HiddenField()
    near_home = BooleanField(lazy_gettext("This is near my home"))
    text_lang = SelectField(lazy_gettext("I am writing in"), validate_choice=False)
    questions: tuple[Question, ...] = ()
    # What is wrong with something that nobody sees on the page.
    alert = ""

    def draft(self, photo: Picture | None = None) -> Draft:
        """What was sent, as the service takes it."""
        answers = {question.code: self._fields[question.code].data for question in self.questions}
        return Draft(
            kind=self.kind.data or "",
            where=self.where(),
            answers={code: answer for code, answer in answers.items() if answer},
            text_lang=self.text_lang.data or "",
            idempotency_key=self.idempotency_key.data or "",
            about_place=self.about_place.data or "",
            about_submission=self.about_submission.data or "",
            photo=photo or (self.kept_photo_id if self.photo_kept else None),
            proof=self.proof.data or "",
            seconds=self.seconds,
        )

    def show(self, invalid: FormInvalid) -> None:
        """Put each problem beside its field; what a hidden field held goes, and the alert above the form says why."""
        for name in UNSEEN:
            if name in invalid.problems:
                self.alert = message(invalid.problems[name])
                self._fields[name].data = ""
        if "photo" in invalid.problems:
            self.kept_photo.data = ""
        super().show(FormInvalid({name: found for name, found in invalid.problems.items() if name not in UNSEEN}))

    def preset(self, query: Mapping[str, str]) -> None:
        """Take over the place, and what feedback is about, from a link to the form."""
        super().preset(query)
        if self.kind.data == "feedback":
            for field in (self.about_place, self.about_submission):
                field.data = query.get(field.name, "")

    @property
    def required(self) -> list[Field]:
        """The questions that need an answer, in order."""
        return [self._fields[q.code] for q in self.questions if (self.kind.data or "") in q.required_for]

    @property
    def comment(self) -> list[Field]:
        """The free text, where it is not required."""
        return [self._fields["text"]] if "text" in self._fields and self._fields["text"] not in self.required else []

    @property
    def optional(self) -> list[Field]:
        """The other questions that may stay open, in order."""
        shown = [*self.required, *self.comment]
        return [self._fields[q.code] for q in self.questions if self._fields[q.code] not in shown]

    def question(self, code: str) -> Question:
        """The question behind a field."""
        return next(question for question in self.questions if question.code == code)

    @property
    def problems(self) -> list[Mistake]:
        """What is wrong, in the order of the page."""
        place = [self.lat, self.lon, self.landmark, self.district, self.place_words]
        page = [*place, *self.required, *self.comment, *self.optional]
        rest = [field for field in self if field not in page]
        return [self._mistake(field, error) for field in [*page, *rest] for error in dict.fromkeys(field.errors)]

    def _mistake(self, field: Field, error: str) -> Mistake:
        # A list of answers is mended at its first answer, a missing place at the first way to say it.
        choices = isinstance(field, RadioField | ChipsField)
        first = next((option.id for option in field), field.id) if choices else field.id
        if field is self.lat and not (self.lat.data or self.lon.data):
            first = self.landmark.id
        return Mistake(first, "" if field in (self.lat, self.lon) else str(field.label.text), str(error))

    def new_key(self) -> None:
        """A key of its own for the next try to send."""
        self.idempotency_key.data = str(uuid.uuid4())


def form_for(questionnaire: Questionnaire, *, kind: str, city: City, lang: str) -> SubmissionForm:
    """The form for one kind in one language; filled from the request where there is one."""
    questions = questionnaire.questions_for(kind)
    fields: dict[str, Any] = {question.code: _field(questionnaire, question, kind, lang) for question in questions}
    form: SubmissionForm = type("KindForm", (SubmissionForm,), {**fields, "questions": questions})()
    form.offer(city)
    form.kind.data = kind
    form.text_lang.choices = [(language.code, language.own_name) for language in LANGUAGES]
    if not form.text_lang.data:
        form.text_lang.data = lang
    if not form.idempotency_key.data:
        form.new_key()
    form.note_time()
    return form


def wording(campaign: Campaign | None, campaigns: Sequence[Campaign]) -> Questionnaire:
    """The labels for a page: those of its campaign, for all campaigns those of the newest."""
    newest = campaign or next(iter(campaigns), None)
    return newest.questionnaire if newest else load(versions()[-1])


@dataclass(frozen=True)
class Answer:
    """One answered question in words: the question as asked, the answers, and whether everybody has to answer it."""

    code: str
    question: str
    labels: tuple[str, ...]
    required: bool


def answers(submission: Submission, lang: str, *, internal: bool = False) -> list[Answer]:
    """The chosen answers of a submission in words, in order; `internal` adds what is never published."""
    questionnaire, kind = submission.campaign.questionnaire, submission.kind
    found = []
    for question in questionnaire.questions_for(kind):
        value = getattr(submission, question.code)
        if question.type == "text" or not value or (question.profile == "internal" and not internal):
            continue
        codes = (value,) if isinstance(value, str) else value
        labels = tuple(questionnaire.label(question.code, code, lang) for code in codes)
        asked = questionnaire.question_label(question.code, kind, lang)
        found.append(Answer(question.code, asked, labels, kind in question.required_for))
    return found


def _field(questionnaire: Questionnaire, question: Question, kind: str, lang: str) -> Field:
    label = questionnaire.question_label(question.code, kind, lang)
    hint = questionnaire.question_hint(question.code, lang) or ""
    if question.type == "text":
        area = TextAreaField if (question.max_length or 0) > 200 else StringField
        # No maxlength: browsers then cut off what somebody pastes without a word. The page counts, the service refuses.
        return area(label, description=hint, render_kw={"data-most": question.max_length})
    offered = questionnaire.options_for(question.code, kind)
    choices = [SelectChoice(option.code, option.label[lang]) for option in offered]
    if question.type == "multi":
        return ChipsField(label, description=hint, choices=choices, validate_choice=False)
    return RadioField(label, description=hint, choices=choices, validate_choice=False)
