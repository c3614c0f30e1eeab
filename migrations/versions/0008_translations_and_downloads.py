"""translations, downloads of what is not public, the version of a city's data"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "translations",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=True),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        sa.Column("at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("method in ('human', 'machine')", name=op.f("ck_translations_method_known")),
        sa.CheckConstraint("length(text) <= 4000", name=op.f("ck_translations_text_length")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_translations_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "lang", name=op.f("pk_translations")),
    )
    op.create_table(
        "downloads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("data_version", sa.Integer(), nullable=False),
        sa.Column("at", database.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_downloads_account_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_downloads_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downloads")),
    )
    op.create_index(op.f("ix_downloads_account_id"), "downloads", ["account_id"])
    op.create_index(op.f("ix_downloads_at"), "downloads", ["at"])
    op.create_index(op.f("ix_downloads_city_id_id"), "downloads", ["city_id", "id"])
    _guard_downloads()
    op.add_column("cities", sa.Column("data_version", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("cities", "data_version")
    op.drop_table("downloads")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_changed_downloads")
    op.drop_table("translations")


def _guard_downloads() -> None:
    """Nobody changes what the log of downloads says."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER downloads_refuse_update BEFORE UPDATE ON downloads"
            " BEGIN SELECT RAISE(ABORT, 'downloads are never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_changed_downloads() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE restrict_violation USING MESSAGE = ''downloads are never changed''; END'"
    )
    op.execute(
        "CREATE TRIGGER downloads_refuse_update BEFORE UPDATE ON downloads"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_downloads()"
    )
