"""One suite for every backend, and each as the oracle of the others."""

import os
import secrets

import pytest

from idbridge.pki.sm2 import backends, curve, keys
from idbridge.pki.sm2.errors import Sm2UnavailableError
from tests.requirements import missing

ROUNDS = int(os.environ.get("IDBRIDGE_SM2_ROUNDS", "40"))


@pytest.fixture(params=backends.LOADERS, ids=lambda load: load.__module__.rsplit(".", 1)[-1])
def candidate(request):
    return request.param() or missing(f"the SM2 backend {request.param.__module__}")


def test_passes_the_self_test(candidate):
    assert backends.passes_self_test(candidate)


def test_agrees_with_the_other_backends(candidate):
    others = [other for load in backends.LOADERS if (other := load()) is not None]
    for _ in range(ROUNDS):
        key = keys.generate()
        digest = secrets.token_bytes(32)
        r, s = candidate.sign(key.scalar, key.point, digest)
        changed = bytes((digest[0] ^ 1,)) + digest[1:]
        assert candidate.public_point(key.scalar) == key.point
        for other in others:
            assert other.verify(key.point, digest, r, s)
            assert not other.verify(key.point, changed, r, s)
            assert not other.verify(key.point, digest, s, r)


def test_extreme_scalars(candidate):
    base = curve.encode(curve.GX, curve.GY)
    assert candidate.public_point(1) == base
    for scalar in (1, 2, curve.N - 2):
        point = candidate.public_point(scalar)
        assert candidate.verify(point, bytes(32), *candidate.sign(scalar, point, bytes(32)))


def test_sum_at_infinity_is_no_signature(candidate):
    """s·G + t·P vanishes for P = G and t = -s, that is r = -2s: no x coordinate, no signature."""
    s = 5
    assert not candidate.verify(curve.encode(curve.GX, curve.GY), bytes(32), curve.N - 2 * s, s)


def test_sum_that_doubles(candidate):
    """s·G + t·P with two equal points takes the doubling branch: P = 2G and s = 2t."""
    double = candidate.public_point(2)
    t, s = 7, 14
    r = (t - s) % curve.N
    x = int.from_bytes(candidate.public_point(28)[1:33])
    digest = ((r - x) % curve.N).to_bytes(32)
    assert candidate.verify(double, digest, r, s)


class _Wrong:
    name = "wrong"

    def public_point(self, scalar):
        return bytes(65)


def test_wrong_backend_is_passed_over(monkeypatch):
    monkeypatch.setattr(backends, "LOADERS", (lambda: None, _Wrong, backends.portable.load))
    assert backends.backend.__wrapped__().name == "portable"


def test_clear_error_where_nothing_works(monkeypatch):
    monkeypatch.setattr(backends, "LOADERS", (lambda: None, _Wrong))
    with pytest.raises(Sm2UnavailableError, match="wrong") as caught:
        backends.backend.__wrapped__()
    assert caught.value.code == "sm2-unavailable"
