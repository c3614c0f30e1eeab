"""Partnerships: cities that run campaigns together."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.ext.orderinglist import OrderingList, ordering_list
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base
from participation.models.campaigns import Campaign
from participation.models.cities import City


class Membership(Base):
    """A city's place in a partnership; `position` keeps the order in which the cities are named."""

    __tablename__ = "memberships"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True, index=True)
    position: Mapped[int]

    city: Mapped[City] = relationship(lazy="joined", innerjoin=True)


class Partnership(Base):
    """Cities that run campaigns together, such as `worms-metz`."""

    __tablename__ = "partnerships"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSON)

    memberships: Mapped[OrderingList[Membership]] = relationship(
        order_by=Membership.position, collection_class=ordering_list("position"), cascade="all, delete-orphan"
    )
    campaigns: Mapped[list[Campaign]] = relationship(
        back_populates="partnership", order_by=Campaign.starts.desc(), cascade="all, delete-orphan"
    )

    @property
    def cities(self) -> list[City]:
        """The cities in the order in which they are named."""
        return [membership.city for membership in self.memberships]
