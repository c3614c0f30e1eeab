"""Imports: the files of a city, what would become of each, and how far the worker is with it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, Invalid, NotFound, ServiceError
from participation.models.cities import City
from participation.models.imports import ImportJob
from participation.services import campaigns, cities, import_jobs, import_mappings
from participation.services.import_files import Source
from participation.services.import_plans import fields_of, is_own
from participation.settings import Settings
from participation.text import neutral
from participation.web.forms import imports as forms
from participation.web.forms.messages import message
from participation.web.forms.submissions import wording
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.requests import takes_table
from participation.web.plumbing.sessions import db

blueprint = Blueprint("imports", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ALL = "/<lang:lang>/staff/<city>/imports"
ONE = f"{ALL}/<uuid:import_id>"


@blueprint.get(ALL)
@needs("import_entries")
def listing(city: str) -> Answer:
    """The imports of the last days, and the form for the next file."""
    return _listing(cities.by_slug(db, slug=city))


@blueprint.post(ALL)
@needs("import_entries")
@takes_table
def send(city: str) -> Answer:
    """Keep a file, and look at it."""
    found = cities.by_slug(db, slug=city)
    try:
        job = _received(found, request.files.get("file"))
    except Invalid as refused:
        db.rollback()
        return _listing(found, forms.file_problem(refused.code, refused.details)), 422
    db.commit()
    log.info("import_sent", import_id=str(job.id), account_id=signed_in().id)
    return redirect(_address(job), 303)


@blueprint.get(ONE)
@needs("import_entries")
def one(city: str, import_id: UUID) -> Answer:
    """What would become of a file, how far it is, or what became of it; `?fragment=1` only how far it is."""
    job = _job(city, import_id)
    if request.args.get("fragment"):
        return render_template("imports/_progress.html", city=job.city, job=job, states=forms.state_labels())
    return _page(job)


@blueprint.post(ONE)
@needs("import_entries")
def change(city: str, import_id: UUID) -> Answer:
    """Say what the columns hold, save that by name, or let it be imported."""
    job, now = _job(city, import_id), datetime.now(UTC)
    try:
        source = import_jobs.opened(job, folder=_settings().imports)
        import_jobs.want(db, job=job, wanted=_wanted(job, source), now=now)
        _save(job, now)
        if request.form.get("step") in ("start", "skip_bad"):
            import_jobs.preview(db, job=job, source=source, now=now)
            import_jobs.start(db, job=job, skip_bad=request.form.get("step") == "skip_bad", now=now)
            log.info("import_started", import_id=str(job.id), account_id=signed_in().id)
    except FormInvalid as invalid:
        db.rollback()
        return _page(job, message(invalid.problems["name"])), 422
    except (Invalid, NotFound) as refused:
        # What was chosen stays, so that it can be mended.
        db.commit()
        return _page(job, forms.file_problem(refused.code, refused.details)), 422
    except Conflict:
        db.rollback()
        return _page(job, gettext("Somebody else has begun with this file in the meantime.")), 409
    db.commit()
    return redirect(_address(job), 303)


@blueprint.post(f"{ONE}/delete")
@needs("import_entries")
def delete(city: str, import_id: UUID) -> Answer:
    """Throw a file away; what it has stored stays."""
    job = _job(city, import_id)
    try:
        import_jobs.discard(db, job=job, folder=_settings().imports)
    except Conflict:
        db.rollback()
        return _page(job, gettext("The file is being read. Please wait until that is over.")), 409
    db.commit()
    flash(gettext("The file is deleted."))
    return redirect(url_for("imports.listing", city=city), 303)


@blueprint.get(f"{ONE}/report.csv")
@needs("import_entries")
def report(city: str, import_id: UUID) -> Response:
    """Every row that was refused or left out, with the reason, in the language of the page."""
    job = _job(city, import_id)
    head = [gettext("Row"), gettext("Column"), gettext("Reason")]
    rows = (
        [str(number), field if field != "row" else "", forms.row_problem(code, details)]
        for number, field, code, details in import_jobs.read_report(job, folder=_settings().imports)
    )
    # Written at once: the sentences need the language of this request.
    response = Response("\ufeff" + "".join(_lines(chain([head], rows))), mimetype="text/csv")
    response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{job.city.slug}-import-report.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post(f"{ALL}/mappings/<int:mapping_id>/delete")
@needs("import_entries")
def delete_mapping(city: str, mapping_id: int) -> Answer:
    """Throw a saved mapping away."""
    found = cities.by_slug(db, slug=city)
    import_jobs.of_city(db, account=signed_in(), city=found)
    import_mappings.delete(db, city=found, mapping_id=mapping_id)
    db.commit()
    flash(gettext("The mapping is deleted."))
    return redirect(url_for("imports.listing", city=city), 303)


def _received(city: City, sent: FileStorage | None) -> ImportJob:
    if not sent:
        raise Invalid("file_missing")
    return import_jobs.receive(
        db,
        account=signed_in(),
        city=city,
        folder=_settings().imports,
        stream=sent.stream,
        file_name=sent.filename or "",
        most_bytes=_settings().import_bytes,
        now=datetime.now(UTC),
    )


def _job(city: str, import_id: UUID) -> ImportJob:
    return import_jobs.one(db, account=signed_in(), city=cities.by_slug(db, slug=city), import_id=import_id)


def _wanted(job: ImportJob, source: Source) -> dict[str, Any]:
    """What the form says, with a saved mapping instead of its own where one was chosen."""
    fields = fields_of(import_jobs.target(db, job=job))
    wanted, saved = forms.wanted(request.form, source.columns, fields), request.form.get("saved", "")
    if request.form.get("step") == "use" and saved:
        mapping = import_mappings.by_name(db, city=job.city, name=saved).columns
        wanted["mapping"] = {column: field for column, field in mapping.items() if column in source.columns}
    return wanted


def _save(job: ImportJob, now: datetime) -> None:
    if request.form.get("step") == "save":
        name = request.form.get("name", "")
        import_mappings.keep(db, city=job.city, name=name, columns=job.wanted["mapping"], now=now)
        flash(gettext("The mapping is saved."))


def _listing(city: City, problem: str = "") -> str:
    return render_template(
        "imports/list.html",
        city=city,
        jobs=import_jobs.of_city(db, account=signed_in(), city=city),
        mappings=import_mappings.of_city(db, city=city),
        states=forms.state_labels(),
        most=_settings().import_mb,
        problem=problem,
    )


def _page(job: ImportJob, problem: str = "") -> str:
    city, rounds = job.city, campaigns.of_city(db, city=job.city)
    values: dict[str, Any] = {"city": city, "job": job, "states": forms.state_labels(), "problem": problem}
    values |= {"questionnaire": wording(None, rounds), "campaigns": rounds, "failure": ""}
    if job.outcome:
        values["failure"] = forms.file_problem(job.outcome.get("code", ""), job.outcome)
    if job.state not in import_jobs.OPEN:
        return render_template("imports/result.html", **values)
    return _try_out(job, values)


def _try_out(job: ImportJob, values: dict[str, Any]) -> str:
    """The form with the first rows of the file as they would come in, or why they would not."""
    source, checked = Source((), "line", lambda: iter(())), None
    try:
        source = import_jobs.opened(job, folder=_settings().imports)
        checked = import_jobs.preview(db, job=job, source=source, now=datetime.now(UTC))
    except ServiceError as refused:
        values["problem"] = values["problem"] or forms.file_problem(refused.code, refused.details)
    sheet = values["questionnaire"]
    questions = {q.code: sheet.question_label(q.code, None, lang()) for q in sheet.questions}
    taken = checked.taken if checked else []
    refusals = checked.report.refusals if checked else []
    return render_template(
        "imports/one.html",
        columns=source.columns,
        fields=forms.field_labels() | questions,
        own=is_own(source),
        mappings=import_mappings.of_city(db, city=job.city),
        taken=taken,
        refusals=[(row, _reasons(row.problems)) for row in refusals],
        points=[[one.values["lat"], one.values["lon"], one.values["kind"]] for one in taken if "lat" in one.values],
        **values,
    )


def _reasons(problems: Any) -> list[tuple[str, str]]:
    return [
        (field if field != "row" else "", forms.row_problem(problem.code, problem.details))
        for field, problem in sorted(problems.items())
    ]


def _lines(rows: Any) -> Iterator[str]:
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\r\n").writerow([neutral(cell) for cell in row])
        yield line.getvalue()


def _address(job: ImportJob) -> str:
    return url_for("imports.one", city=job.city.slug, import_id=job.id)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings
