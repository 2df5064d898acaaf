"""The browser before us: its cookies, and the token that proves a form is ours.

Two cookies. The *binding* is set at the first step of anything and never signs anybody in: sign-ins under way belong to it, so
that a callback or a form from another browser leads nowhere. The *session* is set anew at every sign-in (against fixation) and
is the key of the server-side session. Both are random; nothing is stored in them.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from flask import Request, Response

BINDING = "idbridge-browser"
SESSION = "idbridge-session"
TOKEN_LENGTH = 43
"""Characters of base64url for 256 bits."""
CSRF_FIELD = "csrf"


class ForeignForm(Exception):
    """A form came without the token of this browser: from another site, another browser, or after the cookies went."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Who asks. `binding` is always there, made when the request brought none (`is_new`); `session` is None for nobody."""

    binding: str = field(repr=False)
    session: str | None = field(repr=False)
    is_new: bool

    @property
    def digest(self) -> str:
        """What stored steps remember of the binding: enough to compare, useless to whoever reads it."""
        return sha256(self.binding.encode()).hexdigest()


class Cookies:
    """Reads and sets the cookies of one instance. *secure* makes them ``__Host-`` and ``Secure`` (RFC 6265bis §4.1.3.2)."""

    def __init__(self, *, secure: bool, forms_key: bytes) -> None:
        self._prefix = "__Host-" if secure else ""
        self.secure = secure
        self._forms_key = forms_key

    def browser(self, request: Request) -> Browser:
        """Return the browser that sent *request*. Cookies that are not of our making count as none."""
        binding = _token(request.cookies.get(self._prefix + BINDING))
        session = _token(request.cookies.get(self._prefix + SESSION))
        return Browser(binding or secrets.token_urlsafe(32), session, is_new=binding is None)

    def csrf_token(self, browser: Browser) -> str:
        """Return the token for this browser's forms; it follows from the binding and cannot be made without our key."""
        return hmac.new(self._forms_key, browser.binding.encode(), sha256).hexdigest()

    def check_form(self, request: Request, browser: Browser) -> None:
        """Raise `ForeignForm` unless the form carries this browser's token."""
        given = request.form.get(CSRF_FIELD, "")
        if browser.is_new or not hmac.compare_digest(given.encode(), self.csrf_token(browser).encode()):
            raise ForeignForm

    def keep(self, response: Response, name: str, value: str) -> None:
        """Set one of the cookies until the browser closes; Lax, because providers and portals send the browser back by GET."""
        response.set_cookie(self._prefix + name, value, secure=self.secure, httponly=True, samesite="Lax", path="/")

    def forget(self, response: Response, name: str) -> None:
        """Remove one of the cookies."""
        response.delete_cookie(self._prefix + name, secure=self.secure, httponly=True, samesite="Lax", path="/")


def _token(value: str | None) -> str | None:
    if value is None or len(value) != TOKEN_LENGTH or not value.isascii():
        return None
    return value if value.replace("-", "a").replace("_", "a").isalnum() else None
