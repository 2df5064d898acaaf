"""The demonstration PKI, its lists relied upon and its addresses answered: what use cases are tried against."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509

from idbridge.services.certificates import Certificates
from idbridge.services.demo_pki import DemoPki
from idbridge.services.documents import Documents
from idbridge.services.evidence import EvidenceFetcher
from idbridge.services.signing import SigningKey, drive
from idbridge.services.trust_lists import ListSource, TrustLists
from idbridge.signatures.ber import OCTET_STRING, encode
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.catalogue import FORMATS, MadeFormat, Plan
from idbridge.signatures.making.steps import Statement
from idbridge.storage.list_versions import ListVersions
from idbridge.trust.vocabulary import Territory
from tests.interop.demo import NOW, demo_pki
from tests.simulators.publication import PublishedPki
from tests.unit.signatures.forge import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNING_TIME,
    Holder,
    attribute,
    cms,
    generalized,
    oid,
    signer_info,
    signing_certificate,
)


class Clock:
    """Stands still until it is set; a little after the PKI was built."""

    def __init__(self) -> None:
        self.now = NOW + timedelta(minutes=1)

    def __call__(self):
        return self.now


class DemoHolder(Holder):
    """A holder whose key and certificate are the PKI's."""

    def __init__(self, pki: DemoPki, name: str) -> None:
        super().__init__(pki.key(name), x509.load_der_x509_certificate(pki.certificate(name)))


@dataclass
class Instance:
    """Use cases over the demonstration PKI."""

    pki: DemoPki
    clock: Clock
    network: PublishedPki
    lists: TrustLists

    def reset(self) -> Instance:
        """Forget what a test did: several share an instance, because its lists take a second to verify."""
        self.clock.now = Clock().now
        self.network.instead.clear()
        self.network.asked.clear()
        return self

    @property
    def certificates(self) -> Certificates:
        return Certificates(self.lists, EvidenceFetcher(self.network), self.clock)

    @property
    def documents(self) -> Documents:
        return Documents(self.lists, EvidenceFetcher(self.network), self.clock)

    def chain(self, name: str) -> bytes:
        return (self.pki.folder / "certificates" / name / "chain.pem").read_bytes()

    def made(self, kind: MadeFormat, content: bytes, *, by: str, name: str | None = None) -> bytes:
        """Return a document of any kind, signed by any of the PKI's holders at level B by the product's own makers.

        OFD is sealed with the holder's seal.
        """
        key = _signing_key(self.pki.folder, by)
        plan = Plan((KnownContent.of(content, name=name),), key.signatory, Statement(self.clock.now))
        if kind is MadeFormat.OFD:
            plan = replace(plan, seal=self.pki.seal(by), stamps=(StampPlace("1", "150 230 40 40"),))
        return drive(FORMATS[kind].make(plan), key.signer, None)

    def signed(self, content: bytes, *, by: str = "hk-lam", attached: bool = True) -> bytes:
        """Return a CAdES-B signature by one of the PKI's holders (of a P-256 key), with the signer's certificate alone."""
        holder = DemoHolder(self.pki, by)
        attributes = [
            attribute(CONTENT_TYPE, oid(DATA)),
            attribute(SIGNING_TIME, generalized(self.clock.now)),
            attribute(MESSAGE_DIGEST, encode(OCTET_STRING, hashlib.sha256(content).digest())),
            signing_certificate(holder),
        ]
        return cms([signer_info(holder, attributes)], [holder.der], content=content if attached else None)


@cache
def _signing_key(folder: Path, name: str) -> SigningKey:
    """Return a holder's key; opening its file takes a tenth of a second, for keys are kept under passwords."""
    pki = DemoPki(folder)
    return SigningKey(pki.certificate(name), pki.signer(name))


@cache
def _built() -> DemoPki:
    return demo_pki(Path(mkdtemp(prefix="idbridge-pki-")))


def instance(directory: Path) -> Instance:
    """Return an instance that relies on the three lists, its versions kept in *directory*."""
    pki, clock = _built(), Clock()
    base = pki.manifest.base_url
    signers = {region: pki.certificate(f"{region.lower()}-list-signer") for region in pki.manifest.lists}
    sources = [ListSource(Territory(region), (der,), f"{base}/lists/{region}.xml") for region, der in signers.items()]
    network = PublishedPki(pki, clock)
    lists = TrustLists(sources, ListVersions(directory), clock)
    assert {attempt.code for attempt in lists.refresh(network).values()} == {"accepted"}
    network.asked.clear()
    return Instance(pki, clock, network, lists)
