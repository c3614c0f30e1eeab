"""what the residents' page needs: photos, replies, notices, followers, mails, limits, counts by facet"""

import sqlalchemy as sa
from alembic import op

from participation import database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limit_counts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ends_at", database.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_counts")),
    )
    with op.batch_alter_table("limit_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_limit_counts_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "limit_keys",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_limit_keys")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("due_at", database.UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.Column("sent_at", database.UTCDateTime(), nullable=True),
        sa.Column("given_up_at", database.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mails_sent_at_given_up_at_due_at"), ["sent_at", "given_up_at", "due_at"], unique=False
        )

    op.create_table(
        "used_proofs",
        sa.Column("challenge", sa.String(length=128), nullable=False),
        sa.Column("ends_at", database.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_used_proofs")),
    )
    with op.batch_alter_table("used_proofs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_used_proofs_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "found_addresses",
        sa.Column("query_hash", sa.String(length=64), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("found_at", database.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_found_addresses_city_id")),
        sa.PrimaryKeyConstraint("query_hash", "city_id", name=op.f("pk_found_addresses")),
    )
    with op.batch_alter_table("found_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_found_addresses_found_at"), ["found_at"], unique=False)

    op.create_table(
        "replies",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(text) <= 2000", name=op.f("ck_replies_text_length")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_replies_place_id")),
        sa.PrimaryKeyConstraint("place_id", "lang", name=op.f("pk_replies")),
    )
    op.create_table(
        "tile_facets",
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("zoom", sa.Integer(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place_type", sa.String(length=30), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("sum_lat", sa.BigInteger(), nullable=False),
        sa.Column("sum_lon", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_tile_facets_n_positive")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_tile_facets_campaign_id")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_tile_facets_city_id")),
        sa.PrimaryKeyConstraint(
            "city_id", "zoom", "cell", "campaign_id", "kind", "place_type", "district_id", name=op.f("pk_tile_facets")
        ),
    )
    op.create_table(
        "followers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", database.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_followers_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followers")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_followers_submission_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_followers_token_hash")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.Column("idempotency_hash", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "ground in ('personal_data', 'people_in_photo', 'insult_hate', 'illegal', 'copyright', 'advertising_spam', 'untrue', 'other')",
            name=op.f("ck_notices_ground_known"),
        ),
        sa.CheckConstraint("status in ('received', 'upheld', 'dismissed')", name=op.f("ck_notices_status_known")),
        sa.CheckConstraint("length(explanation) <= 2000", name=op.f("ck_notices_explanation_length")),
        sa.CheckConstraint(
            "submission_id is not null or place_id is not null", name=op.f("ck_notices_about_something")
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_notices_city_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_notices_place_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_notices_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("idempotency_hash", name=op.f("uq_notices_idempotency_hash")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_city_id_status_id"), ["city_id", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("width > 0 and height > 0", name=op.f("ck_photos_size_positive")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_photos_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_photos_submission_id")),
    )
    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photos_created_at"), ["created_at"], unique=False)

    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_search", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("target_hours", sa.Integer(), server_default="48", nullable=False))

    # The cells of a tile are three zooms finer now: the worker counts anew.
    op.execute("delete from tile_counts")
    _decisions(("publish", "reject", "set_point", "correct", "withdraw", "erase"))
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about_place_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("about_submission_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("checks", database.Codes(), nullable=True))
        batch_op.create_index(batch_op.f("ix_submissions_about_place_id"), ["about_place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submissions_about_submission_id"), ["about_submission_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_submissions_about_submission_id"), "submissions", ["about_submission_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_submissions_about_place_id"), "places", ["about_place_id"], ["id"])


def _decisions(actions: tuple[str, ...]) -> None:
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_decisions_action_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_decisions_action_known"), f"action in {actions}")


def downgrade() -> None:
    op.execute("delete from tile_counts")
    op.execute("delete from decisions where action = 'correct'")
    _decisions(("publish", "reject", "set_point", "withdraw", "erase"))
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_submissions_about_place_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_submissions_about_submission_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_submissions_about_submission_id"))
        batch_op.drop_index(batch_op.f("ix_submissions_about_place_id"))
        batch_op.drop_column("checks")
        batch_op.drop_column("about_submission_id")
        batch_op.drop_column("about_place_id")

    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.drop_column("target_hours")
        batch_op.drop_column("address_search")

    with op.batch_alter_table("photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photos_created_at"))

    op.drop_table("photos")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notices_submission_id"))
        batch_op.drop_index(batch_op.f("ix_notices_place_id"))
        batch_op.drop_index(batch_op.f("ix_notices_city_id_status_id"))

    op.drop_table("notices")
    op.drop_table("followers")
    op.drop_table("tile_facets")
    op.drop_table("replies")
    with op.batch_alter_table("found_addresses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_found_addresses_found_at"))

    op.drop_table("found_addresses")
    with op.batch_alter_table("used_proofs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_proofs_ends_at"))

    op.drop_table("used_proofs")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mails_sent_at_given_up_at_due_at"))

    op.drop_table("mails")
    op.drop_table("limit_keys")
    with op.batch_alter_table("limit_counts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_limit_counts_ends_at"))

    op.drop_table("limit_counts")
