"""imports: where submissions come from, mappings by name, files that wait for the worker"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_origins",
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("origin_hash", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_import_origins_city_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_import_origins_submission_id")),
        sa.PrimaryKeyConstraint("city_id", "origin_hash", name=op.f("pk_import_origins")),
    )
    op.create_index(op.f("ix_import_origins_submission_id"), "import_origins", ["submission_id"], unique=False)
    op.create_table(
        "import_mappings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("changed_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 80", name=op.f("ck_import_mappings_name_length")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_import_mappings_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mappings")),
        sa.UniqueConstraint("city_id", "name", name=op.f("uq_import_mappings_city_id_name")),
    )
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("skip_bad", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("seen_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "state in ('uploaded', 'queued', 'running', 'done', 'refused', 'failed')",
            name=op.f("ck_import_jobs_state_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_import_jobs_account_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_import_jobs_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_jobs")),
    )
    op.create_index(op.f("ix_import_jobs_account_id"), "import_jobs", ["account_id"], unique=False)
    op.create_index(op.f("ix_import_jobs_city_id_id"), "import_jobs", ["city_id", "id"], unique=False)
    op.create_index(op.f("ix_import_jobs_state_id"), "import_jobs", ["state", "id"], unique=False)


def downgrade() -> None:
    for table in ("import_jobs", "import_mappings", "import_origins"):
        op.drop_table(table)
