"""Submissions: what one resident sent once."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, Codes, UTCDateTime
from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.places import NAME_MAX, Place
from participation.questionnaire import KINDS

if TYPE_CHECKING:
    from participation.models.photos import Photo

STATUSES = ("pending", "published", "rejected", "withdrawn", "removed", "erased")
# Which state may follow which; `erased` may follow every other. Back to `pending` leads taking back one's own decision
# a moment later, and an objection that was granted.
TRANSITIONS = {
    "pending": ("published", "rejected", "erased"),
    "published": ("pending", "withdrawn", "removed", "erased"),
    "rejected": ("pending", "erased"),
    "withdrawn": ("erased",),
    "removed": ("pending", "erased"),
    "erased": (),
}
# Every step that may happen, from which state to which; what changes the content only stays in its state.
STEPS = tuple(
    (before, after) for before, following in TRANSITIONS.items() if following for after in (before, *following)
)
# What a moderator should look at: sent without the proof that keeps machines off, because the browser runs no scripts;
# phone numbers or e-mail addresses, names, links and shouting in the words; very fast, many from one contributor;
# near a home, and outside of all districts.
CHECKS = ("no_proof", "phone", "email", "name", "link", "shouting", "fast", "many", "near_home", "outside")
SOURCES = ("web", "pwa_offline", "walk", "staff_paper", "import", "demo", "open311")
TEXT_MAX = 1500
PLACE_WORDS_MAX = 200
ANSWERS = (
    "place_type",
    "reasons",
    "comfort",
    "sensation",
    "times_of_day",
    "visit_frequency",
    "use",
    "behaviour",
    "people_affected",
    "access",
    "measures",
    "idea_scope",
    "topic",
    "text",
    "place_name",
    "role",
    "age_band",
)


class Submission(Base):
    """What one resident sent once: kind, point or words for a place, answers, text and its language.

    `lat` and `lon` are the point as sent; `public_lat` and `public_lon` what may be published: the same, or a
    snapped one where the resident said that it is near their home. All are WGS84 degrees with six decimals.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", "kind_known"),
        CheckConstraint(f"status in {STATUSES}", "status_known"),
        CheckConstraint(f"source in {SOURCES}", "source_known"),
        CheckConstraint(f"length(text) <= {TEXT_MAX}", "text_length"),
        CheckConstraint("lat between -90 and 90 and lon between -180 and 180", "point_on_earth"),
        CheckConstraint(
            "(lat is null) = (lon is null) and (lat is null) = (public_lat is null)"
            " and (lat is null) = (public_lon is null) and (lat is null) = (cell is null)",
            "point_whole",
        ),
        # The queue: oldest first. UUIDv7 ids are in the order of time.
        Index(None, "city_id", "status", "id"),
        # The queues of the desk, and how much waits in each of them, without touching the table.
        Index(None, "city_id", "status", "needs_second_look", "id"),
        # The pins of one map tile, without touching the table.
        Index(None, "city_id", "status", "cell", "campaign_id", "kind", "id", "public_lat", "public_lon"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    contributor_id: Mapped[UUID | None] = mapped_column(ForeignKey("contributors.id"), index=True)
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("districts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), default="pending")
    needs_second_look: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(20), default="web")
    questionnaire_version: Mapped[str] = mapped_column(String(30))
    # Counts the changes, so that nobody decides on something they have not seen.
    version: Mapped[int] = mapped_column(default=1)

    lat: Mapped[float | None]
    lon: Mapped[float | None]
    public_lat: Mapped[float | None]
    public_lon: Mapped[float | None]
    cell: Mapped[int | None] = mapped_column(BigInteger)
    near_home: Mapped[bool] = mapped_column(default=False)
    place_words: Mapped[str | None] = mapped_column(String(PLACE_WORDS_MAX))
    # What feedback is about, where it is about a place or another submission.
    about_place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    about_submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    checks: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    place_name: Mapped[str | None] = mapped_column(String(NAME_MAX))

    place_type: Mapped[str | None] = mapped_column(String(30))
    reasons: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    comfort: Mapped[str | None] = mapped_column(String(10))
    sensation: Mapped[str | None] = mapped_column(String(10))
    times_of_day: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    visit_frequency: Mapped[str | None] = mapped_column(String(30))
    use: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    behaviour: Mapped[str | None] = mapped_column(String(30))
    people_affected: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    access: Mapped[str | None] = mapped_column(String(30))
    measures: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    idea_scope: Mapped[str | None] = mapped_column(String(30))
    topic: Mapped[str | None] = mapped_column(String(30))
    text: Mapped[str | None] = mapped_column(Text)
    text_lang: Mapped[str | None] = mapped_column(String(35))
    role: Mapped[str | None] = mapped_column(String(30))
    age_band: Mapped[str | None] = mapped_column(String(30))

    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Since when text, photo or place name are not all that was sent.
    redacted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Hashes only: the receipt's token and the form's key are secrets of the author.
    receipt_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    idempotency_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    content_hash: Mapped[str | None] = mapped_column(String(64))

    city: Mapped[City] = relationship()
    campaign: Mapped[Campaign] = relationship()
    district: Mapped[District | None] = relationship()
    place: Mapped[Place | None] = relationship(foreign_keys=[place_id])
    about_place: Mapped[Place | None] = relationship(foreign_keys=[about_place_id])
    about_submission: Mapped["Submission | None"] = relationship(remote_side=[id])
    photo: Mapped["Photo | None"] = relationship(back_populates="submission", foreign_keys="Photo.submission_id")

    @property
    def point(self) -> Point | None:
        """Where it is, exactly; for moderators of the city only."""
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)

    @property
    def public_point(self) -> Point | None:
        """Where the public may see it."""
        return None if self.public_lat is None or self.public_lon is None else Point(self.public_lat, self.public_lon)
