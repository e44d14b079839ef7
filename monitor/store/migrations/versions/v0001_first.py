"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them all."""
    op.create_table(
        "patients",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("first_us", sa.BigInteger(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(length=256), nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        sa.Column("condition", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("raised_us", sa.BigInteger()),
        sa.Column("ended_us", sa.BigInteger()),
        sa.Column("sample", sa.BigInteger()),
        sa.Column("lead", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alarms_by_patient", "alarms", ["patient_id", "since_us"])
    op.create_table(
        "minutes",
        sa.Column("patient_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("seconds_usable", sa.Integer(), nullable=False),
        sa.Column("hr_mean", sa.Float()),
        sa.Column("hr_least", sa.Float()),
        sa.Column("hr_most", sa.Float()),
        sa.Column("pvc_per_min", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("patient_id", "at_us"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        sa.Column("lead", sa.String(length=64), nullable=False),
        sa.Column("fs", sa.Float(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("patient_id", "lead", "t0_us", name="sessions_once"),
    )
    op.create_table(
        "alarm_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("alarm_id", sa.String(length=256), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("silenced_until_us", sa.BigInteger()),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alarm_changes_by_alarm", "alarm_changes", ["alarm_id"])
    op.create_table(
        "beats",
        sa.Column("session_id", _ID, autoincrement=False, nullable=False),
        sa.Column("sample", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=1), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rr_s", sa.Float()),
        sa.Column("qrs_ms", sa.Float(), nullable=False),
        sa.Column("r_mv", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "sample"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "episodes",
        sa.Column("session_id", _ID, autoincrement=False, nullable=False),
        sa.Column("condition", sa.String(length=64), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger()),
        sa.Column("value", sa.Float()),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "condition", "first"),
    )
    op.create_table(
        "strips",
        sa.Column("alarm_id", sa.String(length=256), nullable=False),
        sa.Column("session_id", _ID, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alarm_id"),
    )
    op.create_index("strips_by_session", "strips", ["session_id"])


def downgrade() -> None:
    """Drop them, those first that refer to others."""
    for table in ("strips", "episodes", "beats", "alarm_changes", "sessions", "minutes", "alarms", "patients"):
        op.drop_table(table)
