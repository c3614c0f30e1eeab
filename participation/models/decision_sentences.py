"""Sentences: what a moderator adds to a reason in their own words; apart from the decision, as it can be erased."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base

SENTENCE_MAX = 500


class DecisionSentence(Base):
    """A free sentence to the author, shown as it was written, with its language named."""

    __tablename__ = "decision_sentences"
    __table_args__ = (CheckConstraint(f"length(text) between 1 and {SENTENCE_MAX}", "text_length"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(SENTENCE_MAX))
    lang: Mapped[str] = mapped_column(String(5))
