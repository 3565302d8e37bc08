"""jobs about an earlier broadcast, and media"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("kind", sa.String(length=8), nullable=False, server_default="send"))
    op.add_column("broadcast", sa.Column("of", sa.Integer(), nullable=True))
    op.add_column("broadcast", sa.Column("after", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_broadcast_of"), "broadcast", ["of"])
    op.create_index(op.f("ix_broadcast_after"), "broadcast", ["after"])
    op.create_table(
        "media",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("added", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_media")),
    )


def downgrade() -> None:
    op.drop_table("media")
    for name in ("after", "of"):
        op.drop_index(op.f(f"ix_broadcast_{name}"), "broadcast")
    for name in ("after", "of", "kind"):
        op.drop_column("broadcast", name)
