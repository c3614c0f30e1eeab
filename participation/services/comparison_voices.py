"""The texts that a comparison shows by theme: read anew each time, so that what is erased or redacted is gone."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from participation.models.submissions import Submission


def published(session: Session, *, ids: Iterable[str]) -> Mapping[str, Submission]:
    """Those of these submissions that are published and have a text, by their id as text."""
    wanted = [UUID(each) for each in ids]
    if not wanted:
        return {}
    query = select(Submission).where(
        Submission.id.in_(wanted), Submission.status == "published", Submission.text.is_not(None)
    )
    shown = (Submission.text, Submission.text_lang, Submission.created_at, Submission.redacted_at)
    return {str(each.id): each for each in session.scalars(query.options(load_only(*shown)))}
