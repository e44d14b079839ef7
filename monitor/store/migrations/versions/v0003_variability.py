"""Heart-rate variability.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "variability",
        sa.Column("session_id", _ID, autoincrement=False, nullable=False),
        sa.Column("sample", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("intervals", sa.Integer(), nullable=False),
        sa.Column("sdnn_ms", sa.Float(), nullable=False),
        sa.Column("rmssd_ms", sa.Float(), nullable=False),
        sa.Column("pnn50", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "sample"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("variability")
