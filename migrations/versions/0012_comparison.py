"""computed comparisons, hot days, residents of districts and of which territory a city's population is"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("computed_at", database.UTCDateTime(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("changes", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_comparisons_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
    )
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparisons_campaign_id"), ["campaign_id"], unique=False)
    op.create_table(
        "hot_days",
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("days between 0 and 366", name=op.f("ck_hot_days_days_of_a_year")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_hot_days_campaign_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_hot_days_city_id")),
        sa.PrimaryKeyConstraint("city_id", "campaign_id", name=op.f("pk_hot_days")),
    )
    with op.batch_alter_table("hot_days", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hot_days_campaign_id"), ["campaign_id"], unique=False)
    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("population_territory", sa.String(length=120), server_default="", nullable=False))
    with op.batch_alter_table("districts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("population", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("districts", schema=None) as batch_op:
        batch_op.drop_column("population")
    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.drop_column("population_territory")
    with op.batch_alter_table("hot_days", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hot_days_campaign_id"))
    op.drop_table("hot_days")
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comparisons_campaign_id"))
    op.drop_table("comparisons")
