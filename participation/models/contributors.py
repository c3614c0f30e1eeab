"""Contributors: a random key per browser and campaign, no person."""

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from participation.database import Base


class Contributor(Base):
    """Lets entries be counted per contributor. Only a hash of the key is kept; it is never exported."""

    __tablename__ = "contributors"
    __table_args__ = (UniqueConstraint("campaign_id", "key_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    key_hash: Mapped[str] = mapped_column(String(64))
