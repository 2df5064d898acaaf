"""SM2 signatures and keys between idbridge and the `openssl` program, both directions."""

import subprocess

import pytest

from idbridge.pki import sm2
from tests.requirements import program

MESSAGE = b"The quick brown fox jumps over the lazy dog"
ID = ["-pkeyopt", "distid:1234567812345678"]


def openssl(*arguments, check=True):
    return subprocess.run([program("openssl"), *map(str, arguments)], capture_output=True, check=check, timeout=60)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "message").write_bytes(MESSAGE)
    return tmp_path


def test_openssl_accepts_our_key_and_signature(folder):
    key = sm2.generate()
    (folder / "key.der").write_bytes(sm2.to_pkcs8(key, b"secret"))
    (folder / "signature").write_bytes(sm2.sign(key, MESSAGE))
    source = ["-inkey", folder / "key.der", "-keyform", "DER", "-passin", "pass:secret"]
    command = ["pkeyutl", "-verify", *source, "-rawin", "-digest", "sm3", "-in", folder / "message", *ID, "-sigfile"]
    assert b"Successfully" in openssl(*command, folder / "signature").stdout
    (folder / "signature").write_bytes(sm2.sign(key, MESSAGE + b"."))
    assert openssl(*command, folder / "signature", check=False).returncode != 0


def test_openssl_reads_our_public_key(folder):
    key = sm2.generate()
    (folder / "public.der").write_bytes(sm2.public_key_info(key.point))
    shown = openssl("pkey", "-pubin", "-inform", "DER", "-in", folder / "public.der", "-noout", "-text").stdout
    assert b"SM2" in shown
    assert key.point.hex() in shown.decode().replace(":", "").replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    "options",
    [
        ["-nocrypt"],
        ["-passout", "pass:secret"],
        ["-passout", "pass:secret", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"],
        ["-passout", "pass:secret", "-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512", "-iter", "5000"],
        ["-passout", "pass:secret", "-v2", "sm4-cbc", "-v2prf", "hmacWithSHA256"],
    ],
    ids=" ".join,
)
def test_we_read_the_keys_that_openssl_writes_and_verify_its_signatures(folder, options):
    openssl("genpkey", "-algorithm", "SM2", "-out", folder / "key.pem")
    openssl("pkcs8", "-topk8", "-in", folder / "key.pem", "-outform", "DER", "-out", folder / "key.der", *options)
    key = sm2.from_pkcs8((folder / "key.der").read_bytes(), None if options == ["-nocrypt"] else b"secret")
    signing = ["pkeyutl", "-sign", "-inkey", folder / "key.pem", "-rawin", "-digest", "sm3", "-in", folder / "message"]
    signature = openssl(*signing, *ID).stdout
    assert sm2.verify(key.point, MESSAGE, signature)
    assert not sm2.verify(key.point, MESSAGE, signature, signer_id=b"")
