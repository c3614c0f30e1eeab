"""`flask decisions`: check that the record of decisions is whole."""

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from participation import database
from participation.cli.plumbing import engine
from participation.cli.sentences import explained
from participation.models.cities import City
from participation.services import cities, decision_record
from participation.services.decision_record import Fault

decisions = AppGroup("decisions", help="The record of decisions.")
FAULTS = {
    "link": "decision {decision} on submission {submission} does not follow the one before it",
    "content": "decision {decision} on submission {submission} is not what was recorded",
    "state": "submission {submission} is not as decision {decision} left it",
    "undecided": "submission {submission} is not as it was sent, and no decision says why",
}


@decisions.command("verify")
@click.option("--city", "slug", metavar="SLUG", help="Only the record of this city.")
@click.option("--noted", metavar="HASH", help="A hash that was noted before: one of the records must hold it.")
def verify(slug: str | None, noted: str | None) -> None:
    """Check every decision of every city against the chain of hashes; ends with status 1 at a fault."""
    with database.reading(engine()) as session, explained():
        checked = [cities.by_slug(session, slug=slug)] if slug else cities.every(session)
        wrong = [city for city in checked if not _is_whole(session, city)]
        if noted and not any(decision_record.contains(session, city=city, noted=noted) for city in checked):
            raise click.ClickException(f"No record holds {noted}.")
    if wrong:
        raise SystemExit(1)


def _is_whole(session: Session, city: City) -> bool:
    """Check one record and say what was found."""
    verdict = decision_record.verify(session, city=city)
    if verdict.fault:
        click.echo(f"{city.slug}: {_sentence(verdict.fault)}; {verdict.decisions} decisions fit", err=True)
        return False
    click.echo(f"{city.slug}: {verdict.decisions} decisions, all as recorded; last hash {verdict.last_hash}")
    return True


def _sentence(fault: Fault) -> str:
    code = "undecided" if fault.decision_id is None else fault.code
    return FAULTS[code].format(decision=fault.decision_id, submission=fault.submission_id)
