"""A stored comparison."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from participation import comparison_json
from participation.comparison_result import Snapshot
from participation.models.campaigns import Campaign
from participation.models.comparisons import StoredComparison
from tests.factories import comparison_results
from tests.factories.submissions import NOW


def store(
    session: Session, campaign: Campaign, snapshot: Snapshot | None = None, at: datetime = NOW
) -> StoredComparison:
    """The made-up result, or another one, as the newest of a campaign."""
    snapshot = snapshot or comparison_results.make()
    snapshot = replace(snapshot, campaign=campaign.code, partnership=campaign.partnership.slug)
    stored = StoredComparison(
        campaign_id=campaign.id,
        content=comparison_json.to_json(snapshot),
        version=snapshot.method.dataset_version,
        computed_at=at,
    )
    session.add(stored)
    session.flush()
    return stored
