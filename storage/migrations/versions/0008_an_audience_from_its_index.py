"""an audience from its index

On PostgreSQL rows lie where they came: without it each reader of an audience would be another page of the table. SQLite
keeps rows in the order of their ids.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "ix_subscriber_audience"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(NAME, "subscriber", ["id"], postgresql_include=["status", "language"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(NAME, "subscriber")
