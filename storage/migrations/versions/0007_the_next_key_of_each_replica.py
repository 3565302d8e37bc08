"""the next key of each replica"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("replica", sa.Column("next", sa.LargeBinary(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("replica", "next")
