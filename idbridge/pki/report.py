"""The report on a certificate: every path tried, every check on it, and what follows from them.

What is reported, in the words of ETSI EN 319 102-1 §5.1.3 (tables 5 and 6). A definite violation at the time asked
about is FAILED; where the material at hand cannot tell, the answer is INDETERMINATE. EN 319 102-1 calls some of the
violations INDETERMINATE, because a proof of existence could still move the time; whoever has one asks again with that
time.

| what happened                                            | indication    | sub-indication                    |
|----------------------------------------------------------|---------------|-----------------------------------|
| a path holds                                             | PASSED        |                                   |
| a certificate is revoked as of the time                  | FAILED        | REVOKED                           |
| a certificate has expired by the time                    | FAILED        | EXPIRED                           |
| a certificate, or the trust in its anchor, begins later  | FAILED        | NOT_YET_VALID                     |
| a signature does not fit its issuer's key                | FAILED        | SIG_CRYPTO_FAILURE                |
| an algorithm or key is too weak at the time, or unknown  | FAILED        | CRYPTO_CONSTRAINTS_FAILURE        |
| authority, path length, key usage, names, policies       | FAILED        | CHAIN_CONSTRAINTS_FAILURE         |
| a critical extension is not known                        | FAILED        | CHAIN_CONSTRAINTS_FAILURE         |
| a certificate breaks its profile (RFC 5280 §4)           | FAILED        | CERTIFICATE_CHAIN_GENERAL_FAILURE |
| no path to an anchor                                     | INDETERMINATE | NO_CERTIFICATE_CHAIN_FOUND        |
| no fresh word on revocation, or suspended                | INDETERMINATE | TRY_LATER                         |
| a budget ran out                                         | INDETERMINATE | CERTIFICATE_CHAIN_GENERAL_FAILURE |

Of several paths that do not hold, one that lacks something counts before one that is wrong: it may still hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

if TYPE_CHECKING:
    from idbridge.pki.certificate import Certificate

Indication = Literal["PASSED", "FAILED", "INDETERMINATE"]
SubIndication = Literal[
    "REVOKED",
    "EXPIRED",
    "NOT_YET_VALID",
    "SIG_CRYPTO_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE",
    "CHAIN_CONSTRAINTS_FAILURE",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE",
    "NO_CERTIFICATE_CHAIN_FOUND",
    "TRY_LATER",
]
Outcome = Literal["passed", "failed", "indeterminate", "warned", "skipped"]

NOTHING: Mapping[str, object] = {}


class Check(NamedTuple):
    """One check that ran: what, by which clause, with what outcome, on which certificate, and the values it saw.

    A tuple, because a path of three certificates makes fifty of them.
    """

    name: str
    clause: str
    outcome: Outcome
    certificate: Certificate | None = None
    values: Mapping[str, object] = NOTHING
    sub_indication: SubIndication | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the check as plain data; `detail` is its values in one line."""
        values = {name: plain(value) for name, value in self.values.items()}
        return {
            "name": self.name,
            "clause": self.clause,
            "outcome": self.outcome,
            "certificate": None if self.certificate is None else str(self.certificate),
            "detail": "; ".join(f"{name}: {value}" for name, value in values.items()),
            "values": values,
        }


class MissingEvidence(NamedTuple):
    """Something that was not at hand and might change the answer, and the URLs that are said to have it."""

    kind: Literal["issuer", "crl", "ocsp"]
    certificate_sha256: str
    urls: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"kind": self.kind, "certificate_sha256": self.certificate_sha256, "urls": list(self.urls)}


@dataclass(frozen=True, slots=True)
class TriedPath:
    """A path from the certificate in question (first) to the anchor (last), with all checks made on it.

    `policies` is the user-constrained policy set (dotted OIDs); it means something only on a path that holds.
    """

    certificates: tuple[Certificate, ...]
    checks: tuple[Check, ...]
    policies: frozenset[str] = frozenset()
    missing: tuple[MissingEvidence, ...] = ()

    @property
    def decisive(self) -> Check | None:
        """The check that decides: the first that failed, else the first that could not tell, else None."""
        undecided = None
        for check in self.checks:
            if check.outcome == "failed":
                return check
            if check.outcome == "indeterminate":
                undecided = undecided or check
        return undecided

    @property
    def indication(self) -> Indication:
        """Whether the path holds."""
        check = self.decisive
        if check is None:
            return "PASSED" if self.checks else "INDETERMINATE"
        return "FAILED" if check.outcome == "failed" else "INDETERMINATE"

    @property
    def sub_indication(self) -> SubIndication | None:
        """Why it does not."""
        check = self.decisive
        return None if check is None else check.sub_indication

    def to_dict(self) -> dict[str, object]:
        """Return the path as plain data."""
        return {
            "indication": self.indication,
            "sub_indication": self.sub_indication,
            "certificates": [
                {"subject": str(certificate.subject), "sha256": certificate.sha256} for certificate in self.certificates
            ],
            "policies": sorted(self.policies),
            "checks": [check.to_dict() for check in self.checks],
            "missing": [item.to_dict() for item in self.missing],
        }


@dataclass(frozen=True, slots=True)
class PathReport:
    """What can be said of a certificate at a time.

    `paths` are in the order they were tried; `path` is the one that decides, None where none was found. `checks` are
    those outside any path: on the search, and on what was handed in; one that could not tell overrules the path.
    """

    certificate: Certificate
    at: datetime
    path: TriedPath | None
    paths: tuple[TriedPath, ...]
    checks: tuple[Check, ...] = ()
    missing: tuple[MissingEvidence, ...] = ()

    @property
    def indication(self) -> Indication:
        """PASSED, FAILED or INDETERMINATE."""
        if self.path is None or self._overruling is not None:
            return "INDETERMINATE"
        return self.path.indication

    @property
    def sub_indication(self) -> SubIndication | None:
        """Why it is not PASSED, by the table above."""
        if self._overruling is not None:
            return self._overruling.sub_indication
        return "NO_CERTIFICATE_CHAIN_FOUND" if self.path is None else self.path.sub_indication

    @property
    def _overruling(self) -> Check | None:
        return next((check for check in self.checks if check.outcome == "indeterminate"), None)

    @property
    def policies(self) -> frozenset[str]:
        """The policies under which the certificate is valid; empty unless it passed."""
        return self.path.policies if self.path is not None and self.indication == "PASSED" else frozenset()

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, ready for JSON."""
        return {
            "indication": self.indication,
            "sub_indication": self.sub_indication,
            "at": plain(self.at),
            "certificate": {
                "subject": str(self.certificate.subject),
                "issuer": str(self.certificate.issuer),
                "serial_number": f"{self.certificate.serial_number:x}",
                "sha256": self.certificate.sha256,
            },
            "policies": sorted(self.policies),
            "chosen": None if self.path is None else self.paths.index(self.path),
            "paths": [path.to_dict() for path in self.paths],
            "checks": [check.to_dict() for check in self.checks],
            "missing": [item.to_dict() for item in self.missing],
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is no truth value: ask for .indication")


def plain(value: object) -> object:
    """Return a value of a check as JSON can hold it: times in ISO 8601, octets in hexadecimal, sets sorted."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, tuple | list):
        return [plain(member) for member in value]
    if isinstance(value, set | frozenset):
        return sorted(str(member) for member in value)
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value.hex() if isinstance(value, bytes) else str(value)
