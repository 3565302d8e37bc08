"""the minute of an audit entry

The column's text is what each entry's code covers, so that older entries, with a day alone, still fit.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit") as table:
        table.alter_column("day", new_column_name="at", type_=sa.String(20), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("audit") as table:
        table.alter_column("at", new_column_name="day", type_=sa.String(10), existing_nullable=False)
