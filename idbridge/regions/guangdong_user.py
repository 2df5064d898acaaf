"""What Guangdong's platform says of an account: ``userobj`` with its ``extproperties``, and the account's level.

The shapes are those seen in integrators' code from 2018 to 2023; no official specification is public, so every name and code
is configuration. Reading is tolerant of the shapes seen and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from idbridge.identity import documents
from idbridge.identity.assertion import DocumentKind, IdentityDocument
from idbridge.identity.assurance import Assurance
from idbridge.regions.replies import read_object

NULL = "-1"
"""How the platform writes that an extended property has no value."""

MAX_PROPERTIES = 200
"""Extended properties read: accounts seen have about thirty."""

MAX_WAYS = 32
"""Verification ways read: fewer than ten are known."""

CardKind = DocumentKind | Literal["mainland"]
"""``mainland``: 居民身份证, 居住证 or 回乡证, which the platform files under one code and the number itself tells apart."""


@dataclass(frozen=True, slots=True)
class GuangdongFields:
    """The platform's names for what the bridge reads besides the claim tables. `accout_type` is the platform's spelling."""

    user: str = "userobj"
    account_level: str = "user_creditable_level"
    properties: str = "extproperties"
    subject: str = "useridcode"
    user_type: str = "usertype"
    level: str = "creditable_level_of_account"
    ways: str = "creditable_level_of_account_way"
    real: tuple[str, ...] = ("isreal", "is_real")
    method: str = "accout_type"
    version: str = "uversion"
    name: str = "cn"
    card_type: str = "idcardtype"
    card_number: str = "idcardnumber"
    legal_code: str = "legal_code"
    link_name: str = "link_person_name"
    link_card_type: str = "link_person_type"
    link_card_number: str = "link_person_code"
    link_subject: str = "link_person_useridcode"
    errors: tuple[str, ...] = ("errcode", "error_code", "error")


Account = dict[str, Any]
"""An account's members and extended properties as one object; what has no value is left out."""


def read_properties(listed: object) -> dict[str, str]:
    """Read ``["k=v", …]``: the first of a name counts, ``-1`` and empty are no value, anything else is left out."""
    properties: dict[str, str] = {}
    for item in listed[:MAX_PROPERTIES] if isinstance(listed, list) else ():
        name, equals, value = item.partition("=") if isinstance(item, str) else ("", "", "")
        if name and equals:
            properties.setdefault(name, value)
    return {name: value for name, value in properties.items() if value not in ("", NULL)}


def read_account(answer: Mapping[str, Any], fields: GuangdongFields) -> Account:
    """Read the account, which comes as an object or as JSON in a string. Raises `ValueError` when it is neither."""
    account = answer.get(fields.user)
    if isinstance(account, str):
        account = read_object(account)
    if not isinstance(account, dict):
        raise ValueError("no account")  # noqa: TRY004 - a stranger's JSON is of no type until it is read
    own = {name: value for name, value in account.items() if name != fields.properties and value not in ("", NULL, None)}
    return {**read_properties(account.get(fields.properties)), **own}


def _strongest_way(ways: object, levels: Mapping[str, Assurance]) -> Assurance:
    """Read ``LEVEL@WAY@ID||…``: the account is as sure as its strongest verification."""
    listed = ways.split("||")[:MAX_WAYS] if isinstance(ways, str) else []
    return max((levels.get(way.partition("@")[0], Assurance.NONE) for way in listed), default=Assurance.NONE)


def _is_real(account: Account, fields: GuangdongFields) -> bool:
    """Real-name status: false means L0. Absent says nothing."""
    return all(account.get(name, True) in (True, "true") for name in fields.real)


def read_level(
    answer: Mapping[str, Any], account: Account, fields: GuangdongFields, levels: Mapping[str, Assurance]
) -> Assurance:
    """Return the account's level: the lowest that is stated, else its strongest verification; an unknown one is none."""
    if not _is_real(account, fields):
        return Assurance.NONE
    summary = answer.get(fields.account_level)
    stated = [summary.get(fields.level) if isinstance(summary, dict) else summary, account.get(fields.level)]
    found = [levels.get(str(level), Assurance.NONE) for level in stated if level is not None]
    return min(found) if found else _strongest_way(account.get(fields.ways), levels)


def read_card(number: object, code: object, kinds: Mapping[str, CardKind]) -> IdentityDocument | None:
    """Read a card by the platform's code of its kind; None when the code is not known. Raises `documents.DocumentRefusal`."""
    kind = kinds.get(code) if isinstance(code, str) else None
    if kind is None or not isinstance(number, str):
        return None
    return documents.read(documents.recognise_mainland(number) if kind == "mainland" else kind, number)
