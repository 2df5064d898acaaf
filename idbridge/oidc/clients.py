"""A registered client: what a portal is allowed, and what it is called.

Whether a registration is sound is `registration`'s to say, how a client proves who it is `client_authentication`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType
from urllib.parse import urlsplit

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.oidc.provider import OPENID

ClientId = NewType("ClientId", str)

AuthenticationMethod = Literal["client_secret_basic", "client_secret_post", "none"]
SigningAlgorithm = Literal["ES256", "RS256"]
SubjectType = Literal["pairwise", "public"]

Texts = tuple[tuple[str, str], ...]
"""The same words in several languages: pairs of a BCP 47 tag and the text, in the order of preference."""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client (RFC 7591 §2, OpenID Connect Registration §2, and what the bridge adds).

    `purposes` says in plain words what the portal wants the data for and is shown on the consent page, as are the `operator`
    and its `privacy_uri`. `secret_sha256` is the hexadecimal digest of a random secret of 256 bits or more (`opaque.digest`);
    None for a public client. `require_pkce` may be switched off for confidential clients only. `require_auth_time` is
    fulfilled without being asked: every ID token holds ``auth_time``. `regions` empty means every region; `home_region` is
    where the portal runs, which decides whether claims cross a border. `default_max_age` is in seconds. `identity_numbers`
    lets a portal that verifies documents be told the identity numbers in signers' certificates.
    """

    client_id: ClientId
    names: Texts
    redirect_uris: tuple[str, ...]
    purposes: Texts = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    token_endpoint_auth_method: AuthenticationMethod = "client_secret_basic"
    secret_sha256: str | None = field(default=None, repr=False)
    require_pkce: bool = True
    id_token_signed_response_alg: SigningAlgorithm = "RS256"
    subject_type: SubjectType = "pairwise"
    sector_identifier: str | None = None
    scopes: tuple[str, ...] = (OPENID,)
    regions: tuple[RegionCode, ...] = ()
    default_max_age: int | None = None
    require_auth_time: bool = False
    minimum_assurance: Assurance = Assurance.NONE
    initiate_login_uri: str | None = None
    home_region: RegionCode | None = None
    operator: str = ""
    privacy_uri: str | None = None
    identity_numbers: bool = False

    @property
    def is_public(self) -> bool:
        """Whether the client cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"

    @property
    def sector(self) -> str:
        """The sector identifier that pairwise subjects are made for: explicit, else the redirect URIs' one host.

        OpenID Connect Core §8.1. Empty when there is no one host, which `registration_faults` does not let pass.
        """
        if self.sector_identifier:
            return self.sector_identifier
        hosts = {_host(uri) for uri in self.redirect_uris}
        return hosts.pop() if len(hosts) == 1 else ""

    def name(self, language: str) -> str:
        """The client's name in *language*, else in its first language, else its id."""
        return _in_language(self.names, language) or self.client_id

    def purpose(self, language: str) -> str:
        """Why the client asks for data, in *language*, else in its first language, else empty."""
        return _in_language(self.purposes, language)


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:  # no URI at all, which its registration does not survive
        return ""


def _in_language(texts: Texts, language: str) -> str:
    return dict(texts).get(language) or (texts[0][1] if texts else "")
