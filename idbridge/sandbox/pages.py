"""The pages that the sandbox providers share: one sign-in form, one refusal, and the guard around both."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flask import Flask, Response, make_response, render_template, request

from idbridge.sandbox.personas import Persona
from idbridge.sandbox.words import WORDS, choose_language

CODE_MODULES = 25
"""Modules a side of the drawn code: a QR code of version 2. It is a picture only and encodes nothing."""

Decision = Literal["approve", "cancel"]


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose page it is."""

    region: Literal["GD", "HK", "MO"]
    name: str
    mark: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user did with the form; `persona` is None when cancelled."""

    persona: Persona | None


def create_provider_app(name: str) -> Flask:
    """Make a Flask application with the shared templates, the security headers and ``/healthz``."""
    app = Flask(name, root_path=__file__.rpartition("/")[0])

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


class SignInPages:
    """The sign-in form of one provider. The form posts to the address it was got from, so it holds no state."""

    def __init__(self, brand: Brand, service: str, personas: tuple[Persona, ...]) -> None:
        self._brand = brand
        self._service = service
        self._personas = personas
        self._cookie = f"sandbox-{brand.region.lower()}-csrf"

    def sign_in(
        self,
        language: str = "",
        *,
        personas: tuple[Persona, ...] | None = None,
        fields: tuple[str, ...] = (),
        code: str = "",
    ) -> Response:
        """Render the form; *fields* are shared data to list, *code* seeds the drawn QR code."""
        values = {
            "personas": self._personas if personas is None else personas,
            "sharing": bool(fields),
            "fields": fields,
            "code_rows": draw_code(code) if code else (),
        }
        return self._form("provider/sign_in.html", language, values)

    def sign(self, language: str, owner: Persona, names: tuple[str, ...], code: str) -> Response:
        """Render what the owner of a key is to sign: *names* of department, service and document, *code* to compare."""
        department, service, document = names
        values = {"owner": owner, "department": department, "asking": service, "document": document, "code": code}
        return self._form("provider/sign.html", language, values)

    def _form(self, template: str, language: str, values: Mapping[str, object]) -> Response:
        chosen = choose_language(language or request.headers.get("Accept-Language", ""))
        csrf = request.cookies.get(self._cookie) or secrets.token_urlsafe(24)
        page = render_template(
            template, language=chosen, words=WORDS[chosen], brand=self._brand, service=self._service, csrf=csrf, **values
        )
        response = make_response(page)
        response.set_cookie(self._cookie, csrf, httponly=True, samesite="Lax", secure=request.is_secure)
        return response

    def refused(self, code: str, status: int = 400) -> Response:
        """Render the page for a request that must not be redirected."""
        chosen = choose_language(request.headers.get("Accept-Language", ""))
        page = render_template("provider/refused.html", language=chosen, words=WORDS[chosen], brand=self._brand, code=code)
        return make_response(page, status)

    def read_choice(self, personas: tuple[Persona, ...] | None = None) -> Choice | None:
        """Read the posted form; None when it does not come from our page or names nobody that was offered."""
        cookie, posted = request.cookies.get(self._cookie, ""), request.form.get("csrf", "")
        if not cookie or not secrets.compare_digest(cookie.encode(), posted.encode()):
            return None
        if request.form.get("decision") == "cancel":
            return Choice(None)
        offered = {persona.key: persona for persona in (self._personas if personas is None else personas)}
        persona = offered.get(request.form.get("persona", ""))
        return Choice(persona) if persona and request.form.get("decision") == "approve" else None


def _is_finder(row: int, column: int) -> bool | None:
    """Draw the three corner marks; None outside them."""
    last = CODE_MODULES - 1
    for top, left in ((0, 0), (0, last - 6), (last - 6, 0)):
        distance = max(abs(row - top - 3), abs(column - left - 3))
        if distance <= 4:
            return distance in (0, 1, 3)
    return None


def draw_code(seed: str) -> tuple[tuple[bool, ...], ...]:
    """Draw something that looks like a QR code, from a seed."""
    bits = int.from_bytes(hashlib.shake_128(seed.encode()).digest(CODE_MODULES * CODE_MODULES // 8 + 1))

    def is_dark(row: int, column: int) -> bool:
        finder = _is_finder(row, column)
        return bool(bits >> (row * CODE_MODULES + column) & 1) if finder is None else finder

    return tuple(tuple(is_dark(row, column) for column in range(CODE_MODULES)) for row in range(CODE_MODULES))
