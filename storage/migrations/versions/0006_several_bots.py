"""several bots on one database"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replica",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.Float(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_replica")),
    )
    op.create_table(
        "leader",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader")),
    )
    op.create_table(
        "taken",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("chat", sa.LargeBinary(length=16), nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("effects", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_taken")),
    )
    op.create_table(
        "signal",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_signal")),
    )
    op.create_table(
        "budget",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("answers", sa.Float(), nullable=False),
        sa.Column("wanted", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
    )
    where = sa.text("NOT done")
    op.create_index("uq_taken_chat", "taken", ["chat"], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in ("budget", "signal", "taken", "leader", "replica"):
        op.drop_table(name)
