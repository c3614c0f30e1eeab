"""Translations of what residents wrote; they never outlive the words they translate."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from participation.models.submissions import Submission
from participation.models.translations import Translation


def forget(session: Session, *, submission: Submission) -> None:
    """Delete what the text of a submission was in other languages: the text is gone or another one."""
    session.execute(delete(Translation).where(Translation.submission_id == submission.id))
