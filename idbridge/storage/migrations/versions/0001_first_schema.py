"""The first schema: clients, persons and their links, consents, sign-ins, offline grants, audit events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _person(*, nullable: bool = False) -> sa.Column[str]:
    return sa.Column("person", sa.String(), sa.ForeignKey("persons.id", ondelete="CASCADE"), nullable=nullable)


def upgrade() -> None:
    """Create every table."""
    _create_portals_and_persons()
    _create_consents()
    _create_grants()
    _create_histories()


def _create_portals_and_persons() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(), primary_key=True),
        _person(),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_links_person", "links", ["person"])
    op.create_table(
        "documents",
        sa.Column("link", sa.String(), sa.ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("lookup", sa.LargeBinary(), primary_key=True),
    )
    op.create_index("ix_documents_lookup", "documents", ["lookup"])


def _create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.String(), primary_key=True),
        _person(),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("source_region", sa.String(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.String()),
    )
    op.create_index("ix_consents_client_id", "consents", ["client_id"])
    op.create_index("ix_consents_person", "consents", ["person", "granted_at"])
    op.create_index(
        "uq_consents_current",
        "consents",
        ["person", "client_id", "source_region"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.String(), primary_key=True),
        _person(nullable=True),
        sa.Column("client_id", sa.String()),
        sa.Column("created_at", sa.BigInteger()),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("revoked_at", sa.BigInteger()),
    )
    op.create_index("ix_grants_person", "grants", ["person"])
    op.create_index("ix_grants_client_id", "grants", ["client_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("lookup", sa.LargeBinary(), primary_key=True),
        sa.Column("grant_id", sa.String(), sa.ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
    )
    op.create_index("ix_refresh_tokens_grant_id", "refresh_tokens", ["grant_id"])


def _create_histories() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("number", _ROW_NUMBER, primary_key=True, autoincrement=True),
        _person(),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("assurance", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_sign_ins_person", "sign_ins", ["person", "at"])
    op.create_table(
        "audit_events",
        sa.Column("number", _ROW_NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
