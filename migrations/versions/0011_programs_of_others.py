"""clients of the API with their keys, entries that came from them, and since when the data of a city are as they are"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SOURCES_BEFORE = ("web", "pwa_offline", "walk", "staff_paper", "import", "demo")
SOURCES = (*SOURCES_BEFORE, "open311")


def upgrade() -> None:
    op.create_table(
        "api_clients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("used_at", database.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("length(name) between 1 and 80", name=op.f("ck_api_clients_name_length")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_api_clients_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_clients")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_clients_key_hash")),
    )
    with op.batch_alter_table("api_clients") as batch_op:
        batch_op.create_index(batch_op.f("ix_api_clients_city_id"), ["city_id"])
    op.add_column("cities", sa.Column("changed_at", database.UTCDateTime(), nullable=True))
    op.execute("UPDATE cities SET changed_at = CURRENT_TIMESTAMP")
    _know_sources(SOURCES)


def downgrade() -> None:
    """What came from a program becomes an import: the older version knows nothing closer."""
    op.execute("UPDATE submissions SET source = 'import' WHERE source = 'open311'")
    _know_sources(SOURCES_BEFORE)
    op.drop_column("cities", "changed_at")
    op.drop_table("api_clients")


def _know_sources(sources: tuple[str, ...]) -> None:
    with op.batch_alter_table("submissions") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_submissions_source_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_submissions_source_known"), f"source in {sources}")
