"""The document security store: certificates, CRLs and OCSP responses beside the signatures (ISO 32000-2 clause 12.8.4.3).

EN 319 142-1 clause 5.4. What VRI says of single signatures is in the store's own lists too; values that stand in a VRI
alone are taken all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pikepdf import Dictionary, PdfError, Stream

from idbridge.signatures.ber import SEQUENCE, BerError, read_value
from idbridge.signatures.evidence import Fault, FoundCertificate, FoundRevocation, RevocationKind
from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.formats.pdf.fields import entry, items
from idbridge.signatures.formats.pdf.revisions import DIRECT, Key, Revision
from idbridge.signatures.formats.revocations import read_response

OCTETS_LIMIT: Final = 128 * MIB
"""Of all values together, unpacked. The largest national CRLs have 10 MB, and a store holds a handful."""

_PLACES: Final = (("/Certs", "/Cert"), ("/CRLs", "/CRL"), ("/OCSPs", "/OCSP"))
"""Each kind's entry in the store and in a VRI."""


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """What the store of one revision holds. `limits` names what was left unread."""

    certificates: tuple[FoundCertificate, ...] = ()
    revocations: tuple[FoundRevocation, ...] = ()
    faults: tuple[Fault, ...] = ()
    limits: tuple[Fault, ...] = ()
    present: bool = False


def read_store(revision: Revision, limits: Limits) -> SecurityStore:
    """Read the store of *revision*; empty if it has none."""
    store = revision.root.get("/DSS")
    if not isinstance(store, Dictionary):
        return SecurityStore()
    return _Reader(limits).read(store)


class _Reader:
    """Reads one store, each stream once, within bounds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._octets = OCTETS_LIMIT
        self._seen: set[Key] = set()
        self._faults: list[Fault] = []
        self._left_out: list[Fault] = []

    def read(self, store: Dictionary) -> SecurityStore:
        """Read certificates first, then what revokes them."""
        certificates, crls, answers = (
            tuple(self._values(store, place, limit))
            for place, limit in zip(
                _PLACES, (self._limits.certificates, self._limits.revocations, self._limits.revocations), strict=True
            )
        )
        return SecurityStore(
            certificates=tuple(FoundCertificate(der, "dss") for der in certificates),
            revocations=(*(FoundRevocation(RevocationKind.CRL, der, "dss") for der in crls), *self._responses(answers)),
            faults=tuple(self._faults),
            limits=tuple(dict.fromkeys(self._left_out)),
            present=True,
        )

    def _values(self, store: Dictionary, place: tuple[str, str], limit: int) -> Iterator[bytes]:
        for count, stream in enumerate(self._streams(store, place)):
            if count >= limit or self._octets <= 0:
                self._left_out.append(Fault("dss-too-large", f"of {place[0][1:]} the first {count} were read"))
                return
            if (der := self._der(stream)) is not None:
                yield der

    def _streams(self, store: Dictionary, place: tuple[str, str]) -> Iterator[Stream]:
        inside = [entry(store, "/VRI")[key] for key in entry(store, "/VRI").keys()]  # noqa: SIM118 - no iteration
        arrays = [store.get(place[0]), *(vri.get(place[1]) for vri in inside if isinstance(vri, Dictionary))]
        for array in arrays:
            for value in items(array):
                if isinstance(value, Stream) and (value.objgen == DIRECT or value.objgen not in self._seen):
                    self._seen.add(value.objgen)
                    yield value

    def _der(self, stream: Stream) -> bytes | None:
        try:
            octets = stream.read_bytes()
            self._octets -= len(octets)
            return read_value(octets, trailing=True).expect(SEQUENCE).encoding
        except (PdfError, BerError, ValueError) as error:
            self._faults.append(Fault("dss-value-malformed", f"object {stream.objgen[0]}: {error}"))
            return None

    def _responses(self, answers: tuple[bytes, ...]) -> Iterator[FoundRevocation]:
        for der in answers:
            response = read_response(read_value(der), "dss")
            if response is None:
                self._faults.append(Fault("dss-value-malformed", "an OCSP response that is none"))
            else:
                yield response
