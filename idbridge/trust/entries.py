"""Recognition entries: one (certification authority, certificate type) of another region that a list recognises.

The five conditions that a relying party in Hong Kong or Guangdong has to verify for "e-Cert with mutual recognition status"
are one such entry: the status period is the service's own status and history, the issuing CA its digital identity; the entry
adds the root, the certificate type's name, and the policy. Former CAs are services of their own, ended, with their history.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from idbridge.trust.content import CertificateContent
from idbridge.trust.localised import Names
from idbridge.trust.vocabulary import FOR_SEALS, FOR_SIGNATURES, Scheme, Territory

EntryId = NewType("EntryId", str)
"""Names an entry within a list; reports cite it."""


class Level(StrEnum):
    """What a recognised signature counts as, by the law of the region that recognises it."""

    ADVANCED = "advanced"
    QUALIFIED = "qualified"


class Purpose(StrEnum):
    """What the certificate is used for."""

    SIGNATURE = "signature"
    SEAL = "seal"
    AUTHENTICATION = "authentication"


KEY_USAGES: Final = {
    Purpose.SIGNATURE: frozenset({"digitalSignature", "nonRepudiation"}),
    Purpose.SEAL: frozenset({"digitalSignature", "nonRepudiation"}),
    Purpose.AUTHENTICATION: frozenset({"digitalSignature"}),
}
"""The key usages of which a certificate needs one, where it states any."""

SERVICE_PURPOSES: Final = frozenset(
    {
        "1.3.6.1.5.5.7.3.1",  # TLS servers
        "1.3.6.1.5.5.7.3.8",  # time stamps
        "1.3.6.1.5.5.7.3.9",  # OCSP
        "0.4.0.2231.3.0",  # trust lists (TS 119 612 clause 5.7.1)
    }
)
"""Extended key usages of services: a certificate limited to these does not act for a person or an organisation."""

PURPOSES: Final = {FOR_SIGNATURES: Purpose.SIGNATURE, FOR_SEALS: Purpose.SEAL}
"""What additional service information says a service is for (TS 119 612 clause 5.5.9.4)."""


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """The certificate policy of the certificate type.

    ``prefix`` matches by whole arcs: year, version and release may follow it. ``exact`` is for a list that insists on one
    version.
    """

    prefix: str
    exact: str | None = None

    def met_by(self, content: CertificateContent) -> bool:
        """Tell whether one of the certificate's policies is the one asked for."""
        if self.exact is not None:
            return self.exact in content.policies
        return any(policy == self.prefix or policy.startswith(self.prefix + ".") for policy in content.policies)


@dataclass(frozen=True, slots=True)
class SubjectRule:
    """A value that the subject's name must have, in ``attribute`` (a dotted OID) or, if that is None, anywhere."""

    value: str
    attribute: str | None = None

    def met_by(self, content: CertificateContent) -> bool:
        """Compare letter by letter: what a certificate type is called is fixed by its policy."""
        return any(value == self.value and self.attribute in (None, attribute) for attribute, value in content.subject)


@dataclass(frozen=True, slots=True)
class RecognitionEntry:
    """The conditions under which certificates of one type are recognised, and what as.

    ``roots`` are certificates (DER) of the CAs that may stand above the issuing CA. ``confirmed`` is False in templates of
    real lists for what no public source says; such an entry never recognises anything.
    """

    id: EntryId
    region: Territory
    scheme: Scheme
    level: Level
    purposes: frozenset[Purpose]
    certificate_type: Names
    roots: tuple[bytes, ...]
    policy: PolicyRule | None = None
    subject: tuple[SubjectRule, ...] = ()
    confirmed: bool = True
