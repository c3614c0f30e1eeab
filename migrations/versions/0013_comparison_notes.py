"""notes of the teams on figures of the comparison"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(length=80), nullable=False),
        sa.Column("result_version", sa.String(length=64), nullable=False),
        sa.Column("result_at", database.UTCDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(text) between 1 and 1000", name=op.f("ck_comparison_notes_text_length")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_comparison_notes_author_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_comparison_notes_campaign_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_comparison_notes_city_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_comparison_notes_partnership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_notes")),
    )
    with op.batch_alter_table("comparison_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparison_notes_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparison_notes_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparison_notes_city_id"), ["city_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_comparison_notes_partnership_id_campaign_id_id"),
            ["partnership_id", "campaign_id", "id"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("comparison_notes")
