# SPDX-License-Identifier: Apache-2.0
"""Addresses count when they are verified"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An address that nobody proved keeps it from nobody any more."""
    op.execute("UPDATE people_account SET email_key = NULL WHERE email_verified_at IS NULL")


def downgrade() -> None:
    """Nothing: what counted for nobody may stand with two accounts now."""
