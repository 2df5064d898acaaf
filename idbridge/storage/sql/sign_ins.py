"""The history of sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.person import LinkId, PersonId
from idbridge.storage.ports import PersonUnknown
from idbridge.storage.records import SignIn
from idbridge.storage.sql.schema import links, sign_ins

if TYPE_CHECKING:
    from idbridge.storage.sql.engine import Database

_APPEND = insert(sign_ins)
_TOUCH_LINK = update(links).where(links.c.id == bindparam("link_id")).values(last_used_at=bindparam("used_at"))
_NEWEST = (
    select(sign_ins)
    .where(sign_ins.c.person == bindparam("of_person"))
    .order_by(sign_ins.c.at.desc(), sign_ins.c.number.desc())
    .limit(bindparam("count"))
)
_PURGE = delete(sign_ins).where(sign_ins.c.at < bindparam("before"))


class SqlSignIns:
    """`idbridge.storage.ports.SignIns`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, sign_in: SignIn) -> None:
        """Add one, and mark its link as used at that time. Raises `PersonUnknown`."""
        row = {
            "person": sign_in.person,
            "link": sign_in.link,
            "client_id": sign_in.client_id,
            "region": sign_in.region,
            "assurance": int(sign_in.assurance),
            "at": sign_in.at,
        }
        try:
            with self._database.transaction() as connection:
                connection.execute(_APPEND, row)
                connection.execute(_TOUCH_LINK, {"link_id": sign_in.link, "used_at": sign_in.at})
        except IntegrityError:  # the reference to the person is the only constraint
            raise PersonUnknown from None

    def newest(self, person: PersonId, count: int) -> tuple[SignIn, ...]:
        """Return the person's newest *count*, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_NEWEST, {"of_person": person, "count": count}).all()
        return tuple(
            SignIn(
                person=PersonId(row.person),
                link=LinkId(row.link),
                client_id=row.client_id,
                region=RegionCode(row.region),
                assurance=Assurance(row.assurance),
                at=row.at,
            )
            for row in rows
        )

    def purge(self, before: datetime) -> int:
        """Forget the sign-ins before the moment; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(_PURGE, {"before": before}).rowcount
