"""What can go wrong with SM2 beyond a signature that does not verify. Each error has a stable ``code``."""

from __future__ import annotations


class Sm2Error(Exception):
    """The base of all SM2 errors."""

    code = "sm2-error"


class Sm2KeyError(Sm2Error, ValueError):
    """A key is malformed, out of range, of another algorithm, or its password is wrong."""

    code = "sm2-bad-key"


class Sm2UnavailableError(Sm2Error):
    """No implementation of SM2 on this machine gives the right answers."""

    code = "sm2-unavailable"


class Sm2BackendError(Sm2Error):
    """A backend failed at what cannot fail on checked input: out of memory, or a broken build."""

    code = "sm2-backend-failed"
