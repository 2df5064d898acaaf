"""Consents are found by what the portal calls the person, so that it can ask whether a signer is the one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the keyed hash of the subject. Consents of before have none: they are found once they are given anew."""
    op.add_column("consents", sa.Column("subject", sa.LargeBinary()))
    op.create_index("ix_consents_subject", "consents", ["subject"])
