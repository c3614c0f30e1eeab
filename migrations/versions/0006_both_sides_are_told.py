"""notices decided, objections, notes, templates of answers, digests, readings of contact data"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reply_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("changed_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 80", name=op.f("ck_reply_templates_name_length")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_reply_templates_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_templates")),
        sa.UniqueConstraint("city_id", "name", name=op.f("uq_reply_templates_city_id_name")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("done_at", database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind in ('note', 'advice')", name=op.f("ck_notes_kind_known")),
        sa.CheckConstraint("length(text) <= 1000", name=op.f("ck_notes_text_length")),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_notes_author_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_notes_city_id")),
        sa.ForeignKeyConstraint(["keeper_id"], ["accounts.id"], name=op.f("fk_notes_keeper_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_notes_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notes_city_id_done_at_id"), ["city_id", "done_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notes_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notes_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", database.UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_lang", sa.String(length=5), nullable=True),
        sa.CheckConstraint("(status = 'received') = (decided_at is null)", name=op.f("ck_appeals_decided_once")),
        sa.CheckConstraint("status in ('received', 'upheld', 'reversed')", name=op.f("ck_appeals_status_known")),
        sa.CheckConstraint("length(answer) <= 1000", name=op.f("ck_appeals_answer_length")),
        sa.CheckConstraint("length(text) <= 2000", name=op.f("ck_appeals_text_length")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_appeals_city_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["accounts.id"], name=op.f("fk_appeals_decided_by_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_appeals_decision_id")),
        sa.ForeignKeyConstraint(["keeper_id"], ["accounts.id"], name=op.f("fk_appeals_keeper_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_appeals_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeals_decision_id")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_city_id_status_id"), ["city_id", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeals_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeals_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeals_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "contact_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "purpose in ('ask_back', 'inform', 'authority', 'other')", name=op.f("ck_contact_readings_purpose_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_contact_readings_account_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_contact_readings_city_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_contact_readings_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_readings")),
    )
    with op.batch_alter_table("contact_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_readings_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_readings_city_id_id"), ["city_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_readings_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "decision_sentences",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.CheckConstraint("length(text) between 1 and 500", name=op.f("ck_decision_sentences_text_length")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_sentences_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_sentences")),
    )
    _guard_readings()
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=10), server_default="off", nullable=False))
        batch_op.add_column(sa.Column("digest_of", sa.Date(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_accounts_digest_known"), "digest in ('off', 'daily', 'weekly')")

    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("secret", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keeper_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decided_at", database.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decision_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answer", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("answer_lang", sa.String(length=5), nullable=True))
        batch_op.create_index(batch_op.f("ix_notices_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_keeper_id"), ["keeper_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_notices_keeper_id"), "accounts", ["keeper_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_notices_decided_by_id"), "accounts", ["decided_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_notices_decision_id"), "decisions", ["decision_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("ck_notices_status_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_status_known"), "status in ('received', 'upheld', 'dismissed', 'settled')"
        )
        batch_op.create_check_constraint(batch_op.f("ck_notices_answer_length"), "length(answer) <= 1000")
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_decided_once"), "(status = 'received') = (decided_at is null)"
        )


def downgrade() -> None:
    op.execute("UPDATE notices SET status = 'dismissed' WHERE status = 'settled'")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_notices_decided_once"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_notices_answer_length"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_notices_status_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_status_known"), "status in ('received', 'upheld', 'dismissed')"
        )
        batch_op.drop_constraint(batch_op.f("fk_notices_decision_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_notices_decided_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_notices_keeper_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_notices_keeper_id"))
        batch_op.drop_index(batch_op.f("ix_notices_decision_id"))
        batch_op.drop_index(batch_op.f("ix_notices_decided_by_id"))
        batch_op.drop_column("answer_lang")
        batch_op.drop_column("answer")
        batch_op.drop_column("decision_id")
        batch_op.drop_column("decided_by_id")
        batch_op.drop_column("decided_at")
        batch_op.drop_column("keeper_id")

    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_column("secret")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_accounts_digest_known"), type_="check")
        batch_op.drop_column("digest_of")
        batch_op.drop_column("digest")

    with op.batch_alter_table("contact_readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_readings_notice_id"))
        batch_op.drop_index(batch_op.f("ix_contact_readings_city_id_id"))
        batch_op.drop_index(batch_op.f("ix_contact_readings_account_id"))

    op.drop_table("contact_readings")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_changed_contact_readings")
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeals_submission_id"))
        batch_op.drop_index(batch_op.f("ix_appeals_keeper_id"))
        batch_op.drop_index(batch_op.f("ix_appeals_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_appeals_city_id_status_id"))

    op.drop_table("appeals")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notes_submission_id"))
        batch_op.drop_index(batch_op.f("ix_notes_keeper_id"))
        batch_op.drop_index(batch_op.f("ix_notes_city_id_done_at_id"))
        batch_op.drop_index(batch_op.f("ix_notes_author_id"))

    op.drop_table("notes")
    op.drop_table("decision_sentences")
    op.drop_table("reply_templates")


def _guard_readings() -> None:
    """Nobody changes what the log of readings says."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER contact_readings_refuse_update BEFORE UPDATE ON contact_readings"
            " BEGIN SELECT RAISE(ABORT, 'readings are never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_changed_contact_readings() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE restrict_violation USING MESSAGE = ''readings are never changed''; END'"
    )
    op.execute(
        "CREATE TRIGGER contact_readings_refuse_update BEFORE UPDATE ON contact_readings"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_contact_readings()"
    )
