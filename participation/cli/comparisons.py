"""`flask comparison`: compute what the comparison of a campaign shows, and enter hot days."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import click
import structlog
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from participation import database
from participation.cli.plumbing import engine, transaction
from participation.comparing.snapshots import SEED, Run, compute
from participation.models.campaigns import Campaign
from participation.services import cities, comparison_inputs
from participation.services import comparisons as service

comparison = AppGroup("comparison", help="The comparison of partner cities.")
log = structlog.get_logger()


@comparison.command("compute")
@click.option("--partnership", help="Only this partnership.")
@click.option("--campaign", help="Only the campaign with this code.")
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="For what is drawn at random.")
def compute_all(partnership: str | None, campaign: str | None, seed: int) -> None:
    """Compute the comparisons now, whether the data have changed or not."""
    with transaction() as session:
        found = [one.id for one in service.chosen(session, partnership=partnership, campaign=campaign)]
    for campaign_id in found:
        name, seconds = one_campaign(campaign_id, Run(seed, progress=_say))
        click.echo(f"{name}: computed in {seconds:.1f} s")


@comparison.command("hotdays")
@click.argument("city")
@click.argument("campaign")
@click.argument("days", type=int)
@click.option("--partnership", help="Where campaigns of several partnerships have this code.")
@click.option("--source", default="", help="Who measured it, such as a weather service and its station.")
def hot_days(city: str, campaign: str, days: int, partnership: str | None, source: str) -> None:
    """Enter on how many DAYS of CAMPAIGN it reached 30 °C in CITY."""
    with transaction() as session:
        found = cities.by_slug(session, slug=city)
        for one in service.chosen(session, partnership=partnership, campaign=campaign):
            if found in one.partnership.cities:
                service.set_hot_days(session, city=found, campaign=one, days=days, source=source)
                click.echo(f"{one.partnership.slug} {one.code}: {days} hot days in {found.slug}")


def compute_due(stopped: Callable[[], bool] = lambda: False) -> int:
    """Compute the comparisons whose data have changed; returns how many. Whoever stops the worker waits for one."""
    done = 0
    with database.reading(engine()) as session:
        found = [campaign.id for campaign in service.due(session, now=datetime.now(UTC))]
    for campaign_id in found:
        if stopped():
            break
        try:
            name, seconds = one_campaign(campaign_id, Run())
        except SQLAlchemyError:
            raise
        except Exception:
            # One result that cannot be computed must not keep the mail of all cities waiting.
            log.exception("comparison_failed", campaign_id=campaign_id)
            continue
        log.info("comparison_computed", campaign=name, seconds=round(seconds, 1))
        done += 1
    return done


def one_campaign(campaign_id: int, run: Run) -> tuple[str, float]:
    """Read, compute and store one comparison; nothing is locked meanwhile. Returns its name and the seconds."""
    begun, now = time.monotonic(), datetime.now(UTC)
    with database.reading(engine()) as session:
        campaign = session.get_one(Campaign, campaign_id)
        changes = service.changes_of(session, campaign=campaign, now=now)
        inputs = comparison_inputs.read(session, campaign=campaign, now=now)
    snapshot = compute(inputs, run)
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        service.store(session, campaign=campaign, snapshot=snapshot, changes=changes, now=now)
    return f"{inputs.partnership} {inputs.campaign}", time.monotonic() - begun


def _say(what: str, part: float) -> None:
    click.echo(f"  {what}: {part:.0%}", err=True)
