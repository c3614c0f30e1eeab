"""export profiles and the tokens of scripts"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_profiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("file", sa.String(length=60), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 60", name=op.f("ck_export_profiles_name_length")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"], name=op.f("fk_export_profiles_changed_by_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_export_profiles_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_profiles")),
        sa.UniqueConstraint("city_id", "name", name=op.f("uq_export_profiles_city_id_name")),
    )
    with op.batch_alter_table("export_profiles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_profiles_changed_by_id"), ["changed_by_id"], unique=False)

    op.create_table(
        "export_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", database.UTCDateTime(), nullable=False),
        sa.Column("ends_at", database.UTCDateTime(), nullable=False),
        sa.Column("last_used_at", database.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("length(note) between 1 and 80", name=op.f("ck_export_tokens_note_length")),
        sa.CheckConstraint("made_at < ends_at", name=op.f("ck_export_tokens_ends_later")),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_export_tokens_made_by_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["export_profiles.id"], name=op.f("fk_export_tokens_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_export_tokens_token_hash")),
    )
    with op.batch_alter_table("export_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_tokens_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_tokens_profile_id"), ["profile_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("export_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_tokens_profile_id"))
        batch_op.drop_index(batch_op.f("ix_export_tokens_made_by_id"))

    op.drop_table("export_tokens")
    with op.batch_alter_table("export_profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_profiles_changed_by_id"))

    op.drop_table("export_profiles")
