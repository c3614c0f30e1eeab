"""`flask submissions`: bring entries in from files, ours or those of others."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from participation import database
from participation.cli.plumbing import engine, transaction
from participation.cli.sentences import explained, reasons
from participation.errors import NotFound
from participation.questionnaire import KINDS
from participation.services import campaigns, cities, import_files, import_mappings, imports
from participation.services.import_files import Source
from participation.services.import_plans import Target, is_own
from participation.services.imports import Checked, Report

submissions = AppGroup("submissions", help="Submissions.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Line = tuple[int, str, str]
"""The number of a refused row, a field or nothing, and the reason."""


def read_mapping(_context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """`column=field` pairs as a dictionary."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        # A column's name may hold an equals sign, a field's never does.
        column, equals, field = pair.rpartition("=")
        if not equals or not column or column in mapping:
            raise click.BadParameter(f"{pair!r} is not column=field, or names a column twice")
        mapping[column] = field
    return mapping


@submissions.command("import")
@click.argument("file", type=FILE)
@click.option("--city", "slug", required=True, metavar="SLUG", help="The city that gets the entries.")
@click.option("--kind", type=click.Choice(KINDS), help="What the rows are, where no column says it.")
@click.option(
    "--campaign",
    "code",
    metavar="CODE",
    help="A campaign of the city; by default what our files say, or the current one.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="COLUMN=FIELD",
    callback=read_mapping,
    help="Take FIELD from COLUMN. Columns named like a field need none; COLUMN= leaves one out.",
)
@click.option("--mapping", "saved", metavar="NAME", help="Use a mapping that was saved for the city.")
@click.option("--save-mapping", metavar="NAME", help="Save the mapping under this name.")
@click.option("--text-lang", metavar="TAG", help="Language of the texts; by default the city's first.")
@click.option("--as-published", is_flag=True, help="Publish at once what was published in a file of ours.")
@click.option("--skip-bad", is_flag=True, help="Store the good rows although others are refused.")
@click.option("--dry-run", is_flag=True, help="Report only, store nothing.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE.csv",
    help="Write the refused rows here instead of to the screen.",
)
def import_file(*, file: Path, report: Path | None, **options: Any) -> None:
    """Store the rows of FILE (CSV, XLSX or GeoJSON), all or none, and report those that are refused."""
    wanted = Wanted(**options)
    now = datetime.now(UTC)
    with explained():
        source = import_files.read(file)
        with database.reading(engine()) as session:
            target = _target(session, wanted, source, now)
            mapping = _mapping(session, target, wanted)
            with _progress() as told:
                checked = imports.check(session, target=target, source=source, mapping=mapping, now=now, progress=told)
            city = target.city
            lines = [(row.number, field, why) for row in checked.report.refusals for field, why in reasons(row, city)]
        if not wanted.dry_run:
            _store(wanted, mapping, target, checked, now)
    _tell(wanted, source, lines, report)
    click.echo(_summary(wanted, target, checked.report))
    if checked.report.refused and not checked.report.stored:
        raise SystemExit(0 if wanted.dry_run and checked.report.accepted else 1)


@dataclass(frozen=True)
class Wanted:
    """The options of an import."""

    slug: str
    kind: str | None
    code: str | None
    mapping: dict[str, str]
    saved: str | None
    save_mapping: str | None
    text_lang: str | None
    as_published: bool
    skip_bad: bool
    dry_run: bool


def _target(session: Session, wanted: Wanted, source: Source, now: datetime) -> Target:
    city = cities.by_slug(session, slug=wanted.slug)
    rounds = campaigns.of_city(session, city=city)
    if not rounds:
        raise NotFound("campaign_missing", city=city.slug)
    campaign = campaigns.by_code(session, city=city, code=wanted.code) if wanted.code else None
    if campaign is None and not is_own(source):
        campaign = campaigns.current(session, city=city, now=now)
    tag = wanted.text_lang or city.languages[0]
    return Target(city, rounds, campaign, wanted.kind, tag, as_published=wanted.as_published)


def _mapping(session: Session, target: Target, wanted: Wanted) -> dict[str, str]:
    """What was saved, changed by what was said now."""
    saved = import_mappings.by_name(session, city=target.city, name=wanted.saved) if wanted.saved else None
    return {**(saved.columns if saved else {}), **wanted.mapping}


def _store(wanted: Wanted, mapping: dict[str, str], target: Target, checked: Checked, now: datetime) -> None:
    with transaction() as session:
        if wanted.save_mapping:
            import_mappings.keep(session, city=target.city, name=wanted.save_mapping, columns=mapping, now=now)
        imports.store(session, target=target, checked=checked, now=now, skip_bad=wanted.skip_bad)


@contextmanager
def _progress() -> Iterator[Callable[[Report], None]]:
    """How far it is, on a terminal that can write over its last line."""
    shown = sys.stderr.isatty()

    def told(report: Report) -> None:
        if shown:
            click.echo(f"\r{report.read} rows read, {len(report.refused)} refused", nl=False, err=True)

    yield told
    if shown:
        click.echo(err=True)


def _tell(wanted: Wanted, source: Source, lines: list[Line], report: Path | None) -> None:
    if report:
        _write(report, source.unit, lines)
        return
    for number, field, why in lines:
        click.echo(f"{source.unit} {number}: {f'{field}: ' if field else ''}{why}")


def _summary(wanted: Wanted, target: Target, report: Report) -> str:
    goal = ", ".join(
        [target.city.slug, *([target.campaign.code] if target.campaign else []), *filter(None, [target.kind])]
    )
    figures = f"{report.accepted}, left out {report.known}, refused {len(report.refused)} ({goal})"
    if wanted.dry_run:
        return f"Would accept {figures}"
    if report.refused and not report.stored:
        return f"Nothing was stored. With --skip-bad: accepted {figures}"
    return f"Accepted {figures}"


def _write(path: Path, unit: str, lines: list[Line]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow((unit, "field", "reason"))
            writer.writerows(lines)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
