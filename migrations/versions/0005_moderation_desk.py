"""the moderation desk: more steps of a submission, and what a decision changed"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from participation import database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ACTIONS_BEFORE = ("publish", "reject", "set_point", "correct", "withdraw", "erase")
ACTIONS = (
    "publish",
    "reject",
    "remove",
    "undo",
    "reopen",
    "second_look",
    "keep",
    "set_point",
    "amend",
    "join",
    "split",
    "name_place",
    "merge",
    "unmerge",
    "redact",
    "ask_restore",
    "restore",
    "ask_drop_original",
    "drop_original",
    "correct",
    "withdraw",
    "erase",
)
STEPS_BEFORE = (
    "pending pending",
    "pending published",
    "pending rejected",
    "pending erased",
    "published published",
    "published withdrawn",
    "published removed",
    "published erased",
    "rejected rejected",
    "rejected erased",
    "withdrawn withdrawn",
    "withdrawn erased",
    "removed removed",
    "removed erased",
)
STEPS = (
    "pending pending",
    "pending published",
    "pending rejected",
    "pending erased",
    "published published",
    "published pending",
    "published withdrawn",
    "published removed",
    "published erased",
    "rejected rejected",
    "rejected pending",
    "rejected erased",
    "withdrawn withdrawn",
    "withdrawn erased",
    "removed removed",
    "removed pending",
    "removed erased",
)
LEADS_THERE_BEFORE = (
    "to_status = case action when 'publish' then 'published' when 'reject' then 'rejected'"
    " when 'withdraw' then 'withdrawn' when 'erase' then 'erased' else from_status end"
)
LEADS_THERE = (
    "to_status = case action when 'publish' then 'published' when 'reject' then 'rejected'"
    " when 'remove' then 'removed' when 'undo' then 'pending' when 'reopen' then 'pending'"
    " when 'withdraw' then 'withdrawn' when 'erase' then 'erased' else from_status end"
)
REJECTION_HAS_REASON = "action <> 'reject' or reason_code is not null"
REFUSAL_HAS_REASON = "action not in ('reject', 'remove') or reason_code is not null"
# SQLite makes the table anew, and with the old one these go.
REFUSE = "BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
IN_THE_WAY = (
    "EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id"
    " OR (city_id = NEW.city_id AND previous_hash = NEW.previous_hash))"
)
GUARD = (
    f"CREATE TRIGGER decisions_refuse_update BEFORE UPDATE ON decisions {REFUSE}",
    f"CREATE TRIGGER decisions_refuse_delete BEFORE DELETE ON decisions {REFUSE}",
    f"CREATE TRIGGER decisions_refuse_replace BEFORE INSERT ON decisions WHEN {IN_THE_WAY} {REFUSE}",
)


def upgrade() -> None:
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.add_column(sa.Column("details", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("from_place_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("to_place_id", sa.Uuid(), nullable=True))
        _drop_checks(batch_op, "action_known", "rejection_has_reason", "step_in_diagram", "action_leads_there")
        _create_check(batch_op, "action_known", f"action in {ACTIONS}")
        _create_check(batch_op, "refusal_has_reason", REFUSAL_HAS_REASON)
        _create_check(batch_op, "step_in_diagram", f"(from_status || ' ' || to_status) in {STEPS}")
        _create_check(batch_op, "action_leads_there", LEADS_THERE)
    _guard()
    op.create_table(
        "place_merges",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("at", database.UTCDateTime(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.CheckConstraint("place_id <> into_id", name=op.f("ck_place_merges_two_places")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_place_merges_place_id")),
        sa.ForeignKeyConstraint(["into_id"], ["places.id"], name=op.f("fk_place_merges_into_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_place_merges")),
    )
    with op.batch_alter_table("place_merges") as batch_op:
        batch_op.create_index(batch_op.f("ix_place_merges_into_id"), ["into_id"])
    op.add_column("submissions", sa.Column("redacted_at", database.UTCDateTime(), nullable=True))
    with op.batch_alter_table("photos") as batch_op:
        batch_op.add_column(sa.Column("original_of_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_photos_original_of_id"), "submissions", ["original_of_id"], ["id"])
        batch_op.create_unique_constraint(batch_op.f("uq_photos_original_of_id"), ["original_of_id"])
    _create_originals()


def _create_originals() -> None:
    op.create_table(
        "originals",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("place_name", sa.String(length=80), nullable=True),
        sa.Column("named_place", sa.Boolean(), nullable=False),
        sa.Column("ends_at", database.UTCDateTime(), nullable=False),
        sa.Column("wish", sa.String(length=20), nullable=True),
        sa.Column("wished_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("wish in ('restore', 'drop_original')", name=op.f("ck_originals_wish_known")),
        sa.CheckConstraint("(wish is null) = (wished_by_id is null)", name=op.f("ck_originals_wish_of_somebody")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_originals_submission_id")),
        sa.ForeignKeyConstraint(["wished_by_id"], ["accounts.id"], name=op.f("fk_originals_wished_by_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_originals")),
    )
    with op.batch_alter_table("originals") as batch_op:
        batch_op.create_index(batch_op.f("ix_originals_ends_at"), ["ends_at"])
        batch_op.create_index(batch_op.f("ix_originals_wished_by_id"), ["wished_by_id"])


def downgrade() -> None:
    """Refused where a decision was made that the record did not know before: no decision is ever deleted."""
    op.drop_table("originals")
    with op.batch_alter_table("photos") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_photos_original_of_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_photos_original_of_id"), type_="foreignkey")
        batch_op.drop_column("original_of_id")
    op.drop_column("submissions", "redacted_at")
    op.drop_table("place_merges")
    with op.batch_alter_table("decisions") as batch_op:
        _drop_checks(batch_op, "action_leads_there", "step_in_diagram", "refusal_has_reason", "action_known")
        _create_check(batch_op, "action_known", f"action in {ACTIONS_BEFORE}")
        _create_check(batch_op, "rejection_has_reason", REJECTION_HAS_REASON)
        _create_check(batch_op, "step_in_diagram", f"(from_status || ' ' || to_status) in {STEPS_BEFORE}")
        _create_check(batch_op, "action_leads_there", LEADS_THERE_BEFORE)
        batch_op.drop_column("to_place_id")
        batch_op.drop_column("from_place_id")
        batch_op.drop_column("details")
    _guard()


def _drop_checks(batch_op: BatchOperations, *names: str) -> None:
    for name in names:
        batch_op.drop_constraint(batch_op.f(f"ck_decisions_{name}"), type_="check")


def _create_check(batch_op: BatchOperations, name: str, condition: str) -> None:
    batch_op.create_check_constraint(batch_op.f(f"ck_decisions_{name}"), condition)


def _guard() -> None:
    """On PostgreSQL the table is changed in its place and keeps its trigger."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in GUARD:
            op.execute(statement)
