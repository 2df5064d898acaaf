"""What may be told of who a signer is beside the name: the identity numbers in the certificate, and a comparison's answer.

Facts for every shape of a report. Who may be told what is decided before (`services.signers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from idbridge.identity.matching import Match
from idbridge.pki.identity_numbers import CertifiedNumber


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """Of one signature: the numbers that its certificate states, told with their values only if *disclosed*.

    `match` is the answer to whether the signer is a person whom somebody asked about; None where nobody did.
    """

    numbers: tuple[CertifiedNumber, ...] = ()
    disclosed: bool = False
    match: Match | None = None

    def told_numbers(self) -> Iterator[dict[str, Any]]:
        """Yield each number as plain data; `hashed` names the digest where the certificate has only that."""
        for number in self.numbers:
            kind = {"type": number.type, "hashed": number.hashed, "confirmed": number.confirmed}
            yield {**kind, "value": number.value} if self.disclosed else kind
