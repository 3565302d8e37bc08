"""the desk: admins, drafts, approval, panels"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _admin()
    _draft()
    _approval()
    _awaited()
    _panel()


def _admin() -> None:
    op.create_table(
        "admin",
        sa.Column("cid", sa.LargeBinary(length=24), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("named_at", sa.Float(), nullable=False),
        sa.Column("counts_from", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("cid", "role", name=op.f("pk_admin")),
    )


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_draft_broadcast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_draft")),
    )


def _approval() -> None:
    op.create_table(
        "approval",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("asker", sa.LargeBinary(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decider", sa.LargeBinary(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("decider IS NULL OR decider <> asker", name=op.f("ck_approval_another_person")),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_approval_broadcast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_approval")),
    )


def _awaited() -> None:
    op.create_table(
        "awaited",
        sa.Column("cid", sa.LargeBinary(length=24), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("cid", name=op.f("pk_awaited")),
    )


def _panel() -> None:
    op.create_table(
        "panel",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("cid", sa.LargeBinary(length=24), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_panel_broadcast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "cid", name=op.f("pk_panel")),
    )


def downgrade() -> None:
    for name in ("panel", "awaited", "approval", "draft", "admin"):
        op.drop_table(name)
