"""the record of decisions: a chain of hashes for each city, and rows that nobody changes"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 1000
HASHED = (
    "submission_id",
    "at",
    "action",
    "from_status",
    "to_status",
    "reason_code",
    "account_id",
    "submission_version",
)
DECISIONS = sa.table(
    "decisions",
    sa.column("id", sa.Integer()),
    sa.column("city_id", sa.Integer()),
    sa.column("submission_id", sa.Uuid()),
    sa.column("account_id", sa.Integer()),
    sa.column("action", sa.String()),
    sa.column("reason_code", sa.String()),
    sa.column("from_status", sa.String()),
    sa.column("to_status", sa.String()),
    sa.column("submission_version", sa.Integer()),
    sa.column("at", database.UTCDateTime()),
    sa.column("previous_hash", sa.String()),
    sa.column("hash", sa.String()),
)
CITIES = sa.table("cities", sa.column("id", sa.Integer()), sa.column("slug", sa.String()))
STEPS = (
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
LEADS_THERE = (
    "to_status = case action when 'publish' then 'published' when 'reject' then 'rejected'"
    " when 'withdraw' then 'withdrawn' when 'erase' then 'erased' else from_status end"
)
# What refuses to change or delete a decision, and what takes that away again.
REFUSE = "BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
IN_THE_WAY = (
    "EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id"
    " OR (city_id = NEW.city_id AND previous_hash = NEW.previous_hash))"
)
RAISE = "BEGIN RAISE restrict_violation USING MESSAGE = ''decisions are only added''; END"
CALL = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_decisions()"
GUARD = {
    "sqlite": (
        f"CREATE TRIGGER decisions_refuse_update BEFORE UPDATE ON decisions {REFUSE}",
        f"CREATE TRIGGER decisions_refuse_delete BEFORE DELETE ON decisions {REFUSE}",
        f"CREATE TRIGGER decisions_refuse_replace BEFORE INSERT ON decisions WHEN {IN_THE_WAY} {REFUSE}",
    ),
    "postgresql": (
        f"CREATE FUNCTION refuse_changed_decisions() RETURNS trigger LANGUAGE plpgsql AS '{RAISE}'",
        f"CREATE TRIGGER decisions_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions {CALL}",
    ),
}
UNGUARD = {
    "sqlite": (
        "DROP TRIGGER decisions_refuse_update",
        "DROP TRIGGER decisions_refuse_delete",
        "DROP TRIGGER decisions_refuse_replace",
    ),
    "postgresql": (
        "DROP TRIGGER decisions_refuse_change ON decisions",
        "DROP FUNCTION refuse_changed_decisions()",
    ),
}


def upgrade() -> None:
    for name, kind in (("city_id", sa.Integer()), ("previous_hash", sa.String(64)), ("hash", sa.String(64))):
        op.add_column("decisions", sa.Column(name, kind, nullable=True))
    op.execute(
        "update decisions set city_id ="
        " (select city_id from submissions where submissions.id = decisions.submission_id)"
    )
    _chain()
    _move_keys_out()
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_decisions_idempotency_hash"), type_="unique")
        batch_op.drop_column("idempotency_hash")
        batch_op.alter_column("city_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("previous_hash", existing_type=sa.String(64), nullable=False)
        batch_op.alter_column("hash", existing_type=sa.String(64), nullable=False)
        batch_op.create_foreign_key(batch_op.f("fk_decisions_city_id"), "cities", ["city_id"], ["id"])
        batch_op.create_unique_constraint(
            batch_op.f("uq_decisions_city_id_previous_hash"), ["city_id", "previous_hash"]
        )
        batch_op.create_index(batch_op.f("ix_decisions_city_id_id"), ["city_id", "id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_decisions_step_in_diagram"), f"(from_status || ' ' || to_status) in {STEPS}"
        )
        batch_op.create_check_constraint(batch_op.f("ck_decisions_action_leads_there"), LEADS_THERE)
    for statement in GUARD[op.get_bind().dialect.name]:
        op.execute(statement)


def _chain() -> None:
    """Give every decision its hashes, in the order in which they were made, city by city."""
    connection = op.get_bind()
    wanted = sa.update(DECISIONS).where(DECISIONS.c.id == sa.bindparam("row"))
    for city_id, slug in connection.execute(sa.select(CITIES.c.id, CITIES.c.slug)).all():
        previous = "0" * 64
        for rows in _batches(city_id):
            changed = []
            for row in rows:
                own = _hash(slug, previous, row)
                changed.append({"row": row.id, "given_previous": previous, "given_hash": own})
                previous = own
            hashes: dict[str, Any] = {
                "previous_hash": sa.bindparam("given_previous"),
                "hash": sa.bindparam("given_hash"),
            }
            connection.execute(wanted.values(hashes), changed)


def _batches(city_id: int) -> Iterator[Any]:
    last = 0
    query = sa.select(DECISIONS).where(DECISIONS.c.city_id == city_id).order_by(DECISIONS.c.id).limit(BATCH)
    while rows := op.get_bind().execute(query.where(DECISIONS.c.id > last)).all():
        yield rows
        last = rows[-1].id


def _hash(slug: str, previous: str, row: Any) -> str:
    submission_id, at, *rest = (getattr(row, name) for name in HASHED)
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    values = ["decision-1", previous, slug, str(submission_id), moment, *rest]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def _move_keys_out() -> None:
    op.create_table(
        "decision_keys",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("at", database.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_keys_decision_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_decision_keys")),
    )
    with op.batch_alter_table("decision_keys") as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_keys_at"), ["at"])
        batch_op.create_index(batch_op.f("ix_decision_keys_decision_id"), ["decision_id"])
    op.execute(
        "insert into decision_keys (hash, decision_id, at)"
        " select idempotency_hash, id, at from decisions where idempotency_hash is not null"
    )


def downgrade() -> None:
    for statement in UNGUARD[op.get_bind().dialect.name]:
        op.execute(statement)
    op.add_column("decisions", sa.Column("idempotency_hash", sa.String(64), nullable=True))
    op.execute(
        "update decisions set idempotency_hash ="
        " (select hash from decision_keys where decision_keys.decision_id = decisions.id)"
    )
    op.drop_table("decision_keys")
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_decisions_action_leads_there"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_decisions_step_in_diagram"), type_="check")
        batch_op.drop_index(batch_op.f("ix_decisions_city_id_id"))
        batch_op.drop_constraint(batch_op.f("uq_decisions_city_id_previous_hash"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_decisions_city_id"), type_="foreignkey")
        batch_op.drop_column("hash")
        batch_op.drop_column("previous_hash")
        batch_op.drop_column("city_id")
        batch_op.create_unique_constraint(batch_op.f("uq_decisions_idempotency_hash"), ["idempotency_hash"])
