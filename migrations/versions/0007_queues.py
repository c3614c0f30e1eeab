"""the queues of the desk: claims, proposals, and the index behind the queues"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REASONS = (
    "'off_topic', 'not_public_space', 'outside_city', 'duplicate', 'personal_data', 'people_in_photo', 'insult_hate',"
    " 'illegal', 'advertising_spam', 'unclear', 'copyright', 'authority_order'"
)


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("until", database.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_claims_account_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_claims_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_until"), ["until"], unique=False)

    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(length=30), nullable=False),
        sa.Column("sentence", sa.String(length=500), nullable=True),
        sa.Column("sentence_lang", sa.String(length=5), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", database.UTCDateTime(), nullable=True),
        sa.Column("idempotency_hash", sa.String(length=64), nullable=True),
        sa.CheckConstraint("status in ('waiting', 'confirmed', 'dropped')", name=op.f("ck_proposals_status_known")),
        sa.CheckConstraint("length(sentence) between 1 and 500", name=op.f("ck_proposals_sentence_length")),
        sa.CheckConstraint(
            "(sentence is null) = (sentence_lang is null)", name=op.f("ck_proposals_sentence_has_language")
        ),
        sa.CheckConstraint(f"reason_code in ({REASONS})", name=op.f("ck_proposals_reason_known")),
        sa.CheckConstraint("(status = 'waiting') = (ended_by_id is null)", name=op.f("ck_proposals_ended_by_somebody")),
        sa.CheckConstraint("(status = 'waiting') = (ended_at is null)", name=op.f("ck_proposals_ended_some_time")),
        sa.CheckConstraint(
            "status <> 'confirmed' or ended_by_id <> account_id", name=op.f("ck_proposals_confirmed_by_another")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_proposals_account_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_proposals_city_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["accounts.id"], name=op.f("fk_proposals_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("idempotency_hash", name=op.f("uq_proposals_idempotency_hash")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_city_id_status_id"), ["city_id", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_ended_by_id"), ["ended_by_id"], unique=False)

    op.create_table(
        "proposal_parts",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_parts_proposal_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_proposal_parts_submission_id")),
        sa.PrimaryKeyConstraint("proposal_id", "submission_id", name=op.f("pk_proposal_parts")),
    )
    with op.batch_alter_table("proposal_parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_parts_submission_id"), ["submission_id"], unique=False)

    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_submissions_city_id_status_needs_second_look_id"),
            ["city_id", "status", "needs_second_look", "id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submissions_city_id_status_needs_second_look_id"))

    op.drop_table("proposal_parts")
    op.drop_table("proposals")
    op.drop_table("claims")
