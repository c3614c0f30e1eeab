"""`flask partnerships` loads a partnership with its campaigns."""

from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from tests.factories import cities, submissions, toml_files


def test_a_partnership_is_loaded_and_listed(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    file = str(toml_files.partnership(tmp_path, {}))
    result = runner.invoke(args=["partnerships", "load", file])
    assert (result.exit_code, result.output) == (1, "Error: No city has the slug worms.\n")
    for slug in ("worms", "metz"):
        cities.make(session, slug)
    session.commit()
    result = runner.invoke(args=["partnerships", "load", file])
    assert (result.exit_code, result.output) == (0, "worms-metz: cities worms, metz; campaigns summer-2026\n")
    result = runner.invoke(args=["partnerships", "list"])
    assert result.output == (
        "worms-metz: worms, metz\n  summer-2026  2026-06-01 to 2026-09-15, heat-1: heat_island, idea\n"
    )
    result = runner.invoke(args=["partnerships", "load", str(toml_files.partnership(tmp_path))])
    assert (result.exit_code, result.output) == (0, "worms-metz: cities worms, metz; campaigns none\n")


def test_a_campaign_with_submissions_stays(runner: FlaskCliRunner, session: Session, tmp_path: Path) -> None:
    city = cities.make(session, "worms")
    cities.make(session, "metz")
    session.commit()
    assert runner.invoke(args=["partnerships", "load", str(toml_files.partnership(tmp_path, {}))]).exit_code == 0
    submissions.make(session, city, session.scalars(select(Campaign)).one())
    session.commit()
    result = runner.invoke(args=["partnerships", "load", str(toml_files.partnership(tmp_path))])
    assert (result.exit_code, result.output) == (1, "Error: Campaign summer-2026 cannot go: it holds 1 submissions.\n")
