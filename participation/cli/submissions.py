"""`flask submissions`: bring points from elsewhere in as pending submissions."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from participation.cli.plumbing import transaction
from participation.cli.sentences import explained, reasons
from participation.errors import NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.questionnaire import KINDS
from participation.services import campaigns, cities, import_files, imports

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
@click.option("--city", "slug", required=True, metavar="SLUG", help="The city that gets the points.")
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What the points are.")
@click.option("--campaign", "code", metavar="CODE", help="A campaign of the city; by default its current one.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="COLUMN=FIELD",
    callback=read_mapping,
    help="Take FIELD from COLUMN. Columns named like a field need none; COLUMN= leaves one out.",
)
@click.option("--text-lang", metavar="TAG", help="Language of the texts; by default the city's first.")
@click.option("--dry-run", is_flag=True, help="Report only, store nothing.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE.csv",
    help="Write the refused rows here instead of to the screen.",
)
def import_file(
    *,
    file: Path,
    slug: str,
    kind: str,
    code: str | None,
    mapping: dict[str, str],
    text_lang: str | None,
    dry_run: bool,
    report: Path | None,
) -> None:
    """Store the rows of FILE (GeoJSON or CSV) as pending submissions, and report those that are refused."""
    now = datetime.now(UTC)
    with transaction() as session, explained():
        source = import_files.read(file)
        city = cities.by_slug(session, slug=slug)
        campaign = _campaign(session, city, code, now)
        target = imports.Target(city, campaign, kind, text_lang or city.languages[0])
        outcome = imports.run(session, target=target, source=source, mapping=mapping, now=now)
        refused = [(row.number, field, why) for row in outcome.refused for field, why in reasons(row, city)]
        goal = f"{slug}, {campaign.code}, {kind}"
        if dry_run:
            session.rollback()
    if report:
        _write(report, source.unit, refused)
    else:
        for number, field, why in refused:
            click.echo(f"{source.unit} {number}: {f'{field}: ' if field else ''}{why}")
    stored = "Would accept" if dry_run else "Accepted"
    click.echo(f"{stored} {outcome.accepted}, refused {len(outcome.refused)} ({goal})")
    if outcome.refused and not outcome.accepted:
        raise SystemExit(1)


def _campaign(session: Session, city: City, code: str | None, now: datetime) -> Campaign:
    if code:
        return campaigns.by_code(session, city=city, code=code)
    current = campaigns.current(session, city=city, now=now)
    if current is None:
        raise NotFound("campaign_missing", city=city.slug)
    return current


def _write(path: Path, unit: str, lines: list[Line]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow((unit, "field", "reason"))
            writer.writerows(lines)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
