"""The samples of the demonstration: a contract as PDF and a notice as OFD, each once for every kind of verdict.

They are signed and sealed by people of the demonstration PKI, and by some who only pretend to be. All are made anew at every
start: the PKI may be another one, and what was signed today is what a newcomer expects to see.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import randbits
from typing import Final

from idbridge.pki.issuing.certificates import Issuer, Order, Validity, issue, issue_root
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.profiles import Profile
from idbridge.pki.issuing.signer import Signer, signer_for
from idbridge.pki.issuing.structure import key_identifier
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.services.demo_papers import (
    CONTRACT_BOX,
    NOTICE_BOX,
    contract,
    contract_with_other_amount,
    notice,
    notice_with_other_amount,
)
from idbridge.services.demo_pki import DemoPki
from idbridge.services.samples import SampleKind
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.ofd import OfdSigning, make_ofd
from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.signing import PdfSigning, sign_pdf
from idbridge.signatures.making.seals import KeyHolder, SealKind, SealOrder, make_seal
from idbridge.signatures.making.steps import Signatory, Statement, signed_by

PERSON: Final = "hk-chan"
PERSON_ONE_REGION: Final = "hk-chan-plain"
IMPOSTOR: Final = "hk-chan-siu-man"
COMPANY: Final = "gd-company"
COMPANY_ONE_REGION: Final = "gd-company-plain"
OTHER_COMPANY: Final = "gd-li"

_AGE: Final = timedelta(days=30)
_LIFE: Final = timedelta(days=365)
_SERIAL_BITS: Final = 120


def make_samples(pki: DemoPki, profiles: Mapping[str, Profile], folder: Path, *, picture: bytes, at: datetime) -> None:
    """Write the samples to *folder*, in place of those that are there. *picture* is what an invented seal shows (PNG).

    They are put in place together: whoever looks meanwhile sees the former ones.
    """
    bench = _Bench(pki, profiles, picture, at)
    makers: dict[str, Callable[[], bytes]] = {
        f"contract-{SampleKind.GOOD}.pdf": lambda: bench.contract(bench.known(PERSON)),
        f"contract-{SampleKind.ONE_REGION}.pdf": lambda: bench.contract(bench.known(PERSON_ONE_REGION)),
        f"contract-{SampleKind.CHANGED}.pdf": lambda: contract_with_other_amount(bench.contract(bench.known(PERSON))),
        f"contract-{SampleKind.FORGED}.pdf": lambda: bench.contract(bench.pretended(PERSON, IMPOSTOR)),
        f"contract-{SampleKind.UNKNOWN_AUTHORITY}.pdf": lambda: bench.contract(bench.unknown("ec-p256", "person-signature")),
        f"notice-{SampleKind.GOOD}.ofd": lambda: bench.notice(bench.known(COMPANY), pki.seal(COMPANY)),
        f"notice-{SampleKind.ONE_REGION}.ofd": lambda: bench.notice(
            bench.known(COMPANY_ONE_REGION), pki.seal(COMPANY_ONE_REGION)
        ),
        f"notice-{SampleKind.CHANGED}.ofd": lambda: notice_with_other_amount(
            bench.notice(bench.known(COMPANY), pki.seal(COMPANY)), at
        ),
        f"notice-{SampleKind.FORGED}.ofd": lambda: bench.notice(bench.pretended(COMPANY, OTHER_COMPANY), pki.seal(COMPANY)),
        f"notice-{SampleKind.UNKNOWN_AUTHORITY}.ofd": bench.notice_of_nobody,
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        made = Path(scratch) / folder.name
        made.mkdir()
        for name, make in makers.items():
            (made / name).write_bytes(make())
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who signs, or is made to look so: the certificate with those above it, and the key that is really used."""

    signatory: Signatory
    signer: Signer


class _Bench:
    """Where the samples are made."""

    def __init__(self, pki: DemoPki, profiles: Mapping[str, Profile], picture: bytes, at: datetime) -> None:
        self._pki = pki
        self._profiles = profiles
        self._picture = picture
        self._at = at
        self._papers = contract(at), notice(at)
        self._hands: dict[str, _Hand] = {}

    def known(self, name: str) -> _Hand:
        """Somebody of the PKI. A key is opened once: its password is made to take time."""
        if name not in self._hands:
            signer = self._pki.signer(name)
            signatory = Signatory(self._pki.certificate(name), signer.algorithm, self._pki.chain(name)[1:])
            self._hands[name] = _Hand(signatory, signer)
        return self._hands[name]

    def pretended(self, name: str, forger: str) -> _Hand:
        """Somebody of the PKI, for whom another one signs: the certificate is public, the key is not."""
        return replace(self.known(name), signer=self.known(forger).signer)

    def unknown(self, key: str, profile: str) -> _Hand:
        """Somebody whose certificate an authority issued that is in no list."""
        name = name_from_table({"C": "HK", "O": "Unlisted Trust Company", "CN": "Unlisted Root CA"})
        authority = signer_for(generate_key(key))
        validity = Validity(self._at - _AGE, self._at + _LIFE)
        order = Order(name, authority.public_key_info)
        root = issue_root(self._profiles["root"], order, authority, serial=randbits(_SERIAL_BITS) + 1, validity=validity)
        issuer = Issuer(name, key_identifier(authority.public_key_info), authority)
        signer = signer_for(generate_key(key))
        order = Order(_NOBODY, signer.public_key_info)
        own = issue(self._profiles[profile], order, issuer, serial=randbits(_SERIAL_BITS) + 1, validity=validity)
        return _Hand(Signatory(own, signer.algorithm, (root,)), signer)

    def contract(self, hand: _Hand) -> bytes:
        """The contract, signed."""
        signing = PdfSigning(appearance=Appearance(CONTRACT_BOX), reason="I agree · 同意 · Concordo")
        made = sign_pdf(self._papers[0], hand.signatory, Statement(self._at), signing)
        return signed_by(made, hand.signer.sign)

    def notice(self, hand: _Hand, seal: bytes) -> bytes:
        """The notice, sealed."""
        signing = OfdSigning(self._at, seal, (StampPlace("1", NOTICE_BOX),))
        return signed_by(make_ofd(self._papers[1], hand.signatory, signing), hand.signer.sign)

    def notice_of_nobody(self) -> bytes:
        """The notice under a seal that nobody knows: its maker's and its user's authority is in no list."""
        hand, maker = self.unknown("sm2", "organisation-seal"), self.unknown("sm2", "seal-maker")
        order = SealOrder(
            identifier="UNLISTED",
            name="未列入清单的印章",
            kind=SealKind.ORGANISATION,
            signers=(hand.signatory.certificate,),
            created=self._at - _AGE,
            not_before=self._at - _AGE,
            not_after=self._at + _LIFE,
            picture=self._picture,
            size=(40, 40),
        )
        return self.notice(hand, make_seal(order, KeyHolder(maker.signatory.certificate, maker.signer)))


_NOBODY: Final = name_from_table({"C": "HK", "O": "Unlisted Company", "CN": "Unlisted Company"})
