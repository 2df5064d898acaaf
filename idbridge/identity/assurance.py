"""How sure a login is of the person: four levels that the regions' own levels are mapped to.

The mapping is a region's configuration (`regions`), because no official table exists; the order of the levels and their
names in ``acr`` are fixed here.
"""

from __future__ import annotations

from enum import IntEnum

ACR_PREFIX = "urn:idbridge:loa:"


class Assurance(IntEnum):
    """A level of assurance; comparison is by strength, so "at least" is ``>=`` and never an equality of names."""

    NONE = 0
    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def acr(self) -> str:
        """The value of the ``acr`` claim (OpenID Connect Core §2)."""
        return ACR_PREFIX + self.name.lower()

    @classmethod
    def from_acr(cls, acr: str) -> Assurance | None:
        """Read an ``acr`` value; None when it is not one of ours."""
        name = acr.removeprefix(ACR_PREFIX)
        return cls.__members__.get(name.upper()) if name != acr and name.islower() else None
