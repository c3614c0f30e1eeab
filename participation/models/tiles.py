"""The table of counts behind the map, kept in the transaction of each decision."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base


class TileCount(Base):
    """How many published submissions lie in a cell, and the sums of their micro-degrees for the centre.

    `zoom` is the tile zoom at which the row is read; `cell` is the Morton code of a cell two zooms finer, so that the
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
