"""answers of the city and decisions on reports are in the record of decisions"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ACTIONS = (
    "publish",
    "reject",
    "remove",
    "undo",
    "reopen",
    "second_look",
    "keep",
    "uphold_report",
    "settle_report",
    "set_point",
    "amend",
    "join",
    "split",
    "name_place",
    "merge",
    "unmerge",
    "reply",
    "take_reply_back",
    "redact",
    "ask_restore",
    "restore",
    "ask_drop_original",
    "drop_original",
    "correct",
    "withdraw",
    "erase",
)
NEW = ("uphold_report", "settle_report", "reply", "take_reply_back")
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
    _let_be(ACTIONS)


def downgrade() -> None:
    """Refused where a decision was made that the record did not know before: no decision is ever deleted."""
    _let_be(tuple(action for action in ACTIONS if action not in NEW))


def _let_be(actions: tuple[str, ...]) -> None:
    """Let the record know these actions; on PostgreSQL the table is changed in its place and keeps its trigger."""
    with op.batch_alter_table("decisions") as batch_op:
        name = batch_op.f("ck_decisions_action_known")
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"action in {actions}")
    if op.get_bind().dialect.name == "sqlite":
        for statement in GUARD:
            op.execute(statement)
