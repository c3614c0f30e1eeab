"""The table of counts behind the map, kept in the transaction of each decision."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base


class TileCount(Base):
    """How many published submissions lie in a cell, and the sums of their micro-degrees for the centre.

    `zoom` is the tile zoom at which the row is read; `cell` is the Morton code of a cell three zooms finer, so that the
    cells of one tile are one range. Sums are integers: float sums gave different centres on the two databases.
    """

    __tablename__ = "tile_counts"
    __table_args__ = (CheckConstraint("n > 0", "n_positive"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    zoom: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    sum_lat: Mapped[int] = mapped_column(BigInteger)
    sum_lon: Mapped[int] = mapped_column(BigInteger)


class TileFacet(Base):
    """The same counts, split by place type and district, for a map that is filtered by them.

    No answer is the empty string, no district is 0: both belong to the key.
    """

    __tablename__ = "tile_facets"
    __table_args__ = (CheckConstraint("n > 0", "n_positive"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    zoom: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    place_type: Mapped[str] = mapped_column(String(30), primary_key=True)
    district_id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    sum_lat: Mapped[int] = mapped_column(BigInteger)
    sum_lon: Mapped[int] = mapped_column(BigInteger)
