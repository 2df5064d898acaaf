"""EU DSS and this software on the same documents: what one signs, or augments, the other validates, level by level."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idbridge import verify_document
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.interop.dss_peer import LEVELS, OURS, Peer, Workshop, peer_of, samples
from tests.unit.signatures.forge import Authority


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    return peer_of(tmp_path_factory.mktemp("peer"), Authority())


KINDS = {
    "cades": "text.txt",
    "cades-detached": "text.txt",
    "pades": "page.pdf",
    "xades": "tree.xml",
    "xades-enveloping": "tree.xml",
    "xades-detached": "text.txt",
    "jades": "text.txt",
    "jades-json": "text.txt",
    "jades-detached": "text.txt",
    "asic-s-cades": "text.txt",
    "asic-e-cades": "text.txt",
    "asic-s-xades": "text.txt",
    "asic-e-xades": "text.txt",
}


def ours(peer: Peer, path: Path, original: Path | None) -> DocumentReport:
    """Return what this software says of a file, with the peer's CRLs at hand."""
    crls = tuple(file.read_bytes() for file in (peer.home / "pki" / "crls").iterdir())
    return verify_document(
        path.read_bytes(),
        trust=[peer.authority.root.der],
        at=datetime.now(UTC) + timedelta(minutes=1),
        detached={original.name: original.read_bytes()} if original else None,
        evidence=ValidationData(crls=crls),
    )


def test_what_dss_signs_passes_at_its_level(peer: Peer) -> None:
    files = samples(peer.home)
    signer = peer.key_store("signer", peer.authority.issue("Signer"))
    rsa = peer.key_store("rsa", peer.authority.issue("RSA signer", of_rsa=True))
    stamper = peer.key_store("tsa", peer.authority.issue("TSA", timestamping=True, of_rsa=True))
    wanted = [
        (kind, level, key)
        for kind in KINDS
        for level in LEVELS
        for key in (signer, rsa)
        if (kind != "jades" or level == "B") and (key is signer or level == "B")
    ]
    outs = [peer.home / f"{kind}-{level}-{key.stem}" for kind, level, key in wanted]
    commands = [
        ("sign", kind, level, key, stamper, files[KINDS[kind]], out)
        for (kind, level, key), out in zip(wanted, outs, strict=True)
    ]
    refused = {out.name: answer for out, answer in zip(outs, peer.run(*commands), strict=True) if answer != ["done"]}
    assert not refused
    found = {}
    for (kind, _level, _), out in zip(wanted, outs, strict=True):
        report = ours(peer, out, files[KINDS[kind]] if kind.endswith("detached") else None)
        found[out.name] = (report.indication, *(signature.level for signature in report.signatures))
    assert found == {out.name: ("TOTAL_PASSED", f"B-{level}") for (_, level, _), out in zip(wanted, outs, strict=True)}


@pytest.mark.parametrize("of_rsa", [False, True], ids=["ECDSA", "RSA"])
def test_dss_accepts_what_we_make_at_its_level(peer: Peer, of_rsa: bool) -> None:
    files = samples(peer.home)
    workshop = Workshop(
        peer.authority, peer.authority.issue("Ours", of_rsa=of_rsa), peer.authority.issue("Our TSA", timestamping=True)
    )
    wanted = [(kind, level) for kind in OURS for level in (("B",) if of_rsa else LEVELS)]
    commands = []
    for kind, level in wanted:
        out = peer.home / f"ours-{kind}-{level}"
        out.write_bytes(workshop.make(OURS[kind], files, level))
        originals = [files[OURS[kind].file]] if kind.endswith("detached") else []
        commands.append(("validate", out, *originals))
    said = {f"{kind}-{level}": lines for (kind, level), lines in zip(wanted, peer.run(*commands), strict=True)}
    found = {name: [tuple(line.split("\t")[:3]) for line in lines] for name, lines in said.items()}
    expected = {
        f"{kind}-{level}": [(f"{form_of(kind)}-BASELINE-{level}", "TOTAL_PASSED", "-"), ("done",)] for kind, level in wanted
    }
    assert found == expected, said


def form_of(kind: str) -> str:
    """Return what DSS calls the form of a kind."""
    names = {"cades": "CAdES", "pades": "PAdES", "xades": "XAdES", "jades": "JAdES"}
    return next(name for part, name in names.items() if part in kind)


def test_one_augments_what_the_other_signed(peer: Peer) -> None:
    """From B to LTA: ours by DSS, judged here; those of DSS by us, judged there."""
    files = samples(peer.home)
    signer, stamper = peer.authority.issue("Crosswise"), peer.authority.issue("TSA", timestamping=True, of_rsa=True)
    keys = peer.key_store("crosswise", signer), peer.key_store("tsa", stamper)
    workshop = Workshop(peer.authority, signer, peer.authority.issue("Our TSA", timestamping=True))
    commands = []
    for kind, recipe in OURS.items():
        mine, theirs = peer.home / f"mine-{kind}", peer.home / f"theirs-{kind}"
        mine.write_bytes(workshop.make(recipe, files, "B"))
        originals = [files[recipe.file]] if kind.endswith("detached") else []
        named = "jades-json" if kind == "jades" else kind  # a compact JWS has no room for unsigned properties
        commands.append(("extend", named, "LTA", keys[1], mine, f"{mine}-LTA", *originals))
        commands.append(("sign", named, "B", *keys, files[KINDS[kind]], theirs))
    assert [lines for lines in peer.run(*commands) if lines != ["done"]] == []
    questions, found = [], {}
    for kind in OURS:
        original = files[KINDS[kind]] if kind.endswith("detached") else None
        report = ours(peer, peer.home / f"mine-{kind}-LTA", files[OURS[kind].file] if original else None)
        found[kind] = (report.indication, *(signature.level for signature in report.signatures))
        content = KnownContent.of(original.read_bytes(), name=original.name) if original else None
        out = peer.home / f"theirs-{kind}-LTA"
        out.write_bytes(workshop.augmented((peer.home / f"theirs-{kind}").read_bytes(), "B", "LTA", content))
        questions.append(("validate", out, *([original] if original else [])))
    assert found == dict.fromkeys(OURS, ("TOTAL_PASSED", "B-LTA"))
    said = {kind: lines[0].split("\t")[:3] for kind, lines in zip(OURS, peer.run(*questions), strict=True)}
    assert said == {kind: [f"{form_of(kind)}-BASELINE-LTA", "TOTAL_PASSED", "-"] for kind in OURS}
