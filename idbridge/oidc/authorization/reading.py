"""An authorization request judged: accepted as a value, refused on our own page, or refused towards the client.

The checks, in this order; the first two answer on an error page, because the browser must not be sent to an address that is
not known to be the client's, and all others by redirect (RFC 6749 §4.1.2.1):

====================================  =============================================
client_id names a client              RFC 6749 §4.1.2.1
redirect_uri is registered, exactly   RFC 9700 §2.1, OpenID Connect Core §3.1.2.1
response_mode, state                  read first, for they say how to refuse
no parameter twice                    RFC 6749 §3.1
no request object, no registration    OpenID Connect Core §§6, 7.2.1
response_type is code                 RFC 9700 §2.1.2
scope holds openid                    OpenID Connect Core §3.1.2.1
PKCE by S256                          RFC 7636, RFC 9700 §2.1.1
prompt, max_age                       OpenID Connect Core §3.1.2.1
claims                                OpenID Connect Core §5.5
id_token_hint is ours                 OpenID Connect Core §3.1.2.2
acr_values, essential acr             OpenID Connect Core §§3.1.2.1, 5.5.1.1
====================================  =============================================

``login_hint`` is bounded and then let go: it names a person in words that only an upstream provider knows, none of the
regions' protocols takes it, and what is not kept cannot leak. Parameters not named here are ignored (RFC 6749 §3.1).
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.claims_request import ClaimsRequest
from idbridge.oidc import pkce
from idbridge.oidc.authorization.claims_parameter import read_claims
from idbridge.oidc.authorization.request import AuthorizationRequest, Display, Prompt
from idbridge.oidc.authorization.response import RedirectedRefusal, ResponseMode, ReturnAddress
from idbridge.oidc.clients import Client, ClientId
from idbridge.oidc.errors import DirectRefusal, Fault, Refusal
from idbridge.oidc.id_token_hint import InvalidHint, read_hint
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.parameters import Pairs, Parameters, read_parameters
from idbridge.oidc.provider import OFFLINE_ACCESS, OPENID, Provider

_MAX_AGE = re.compile(r"[0-9]{1,9}")  # up to 31 years; longer numbers are an attack on somebody's integers


@dataclass(frozen=True, slots=True)
class UnjudgedRequest:
    """A request of which only the client that it claims to come from is known."""

    client_id: ClientId
    parameters: Parameters


def read(pairs: Pairs) -> UnjudgedRequest:
    """Read the parameters of a GET's query or a POST's form. Raises `DirectRefusal`."""
    try:
        parameters = read_parameters(pairs)
        client_id = parameters.take("client_id")
    except Refusal as refusal:
        raise DirectRefusal(refusal.fault, **refusal.evidence) from None
    if client_id is None:
        raise DirectRefusal(Fault.CLIENT_ID_MISSING)
    return UnjudgedRequest(ClientId(client_id), parameters)


def judge(
    unjudged: UnjudgedRequest, client: Client | None, *, provider: Provider, keys: SigningKeys, now: datetime
) -> AuthorizationRequest:
    """Judge a request against the *client* registered under its id (None: not registered).

    Raises `DirectRefusal` or `RedirectedRefusal`. Beyond the checks it is settled here that ``offline_access`` counts only
    together with prompt=consent (OpenID Connect Core §11: else it is ignored), and that a redirect URI is compared as a
    string, ports of loopback addresses included.
    """
    if client is None or client.client_id != unjudged.client_id:
        raise DirectRefusal(Fault.CLIENT_UNKNOWN, client=unjudged.client_id)
    redirect_uri = _registered_redirect_uri(unjudged.parameters, client)
    return_to = _return_address(unjudged.parameters, redirect_uri)
    try:
        return _accept(unjudged.parameters, client, redirect_uri, provider, keys, now)
    except Refusal as refusal:
        raise RedirectedRefusal(refusal.fault, return_to, client=client.client_id, **refusal.evidence) from None


def _registered_redirect_uri(parameters: Parameters, client: Client) -> str:
    try:
        redirect_uri = parameters.take("redirect_uri")
    except Refusal as refusal:
        raise DirectRefusal(refusal.fault, client=client.client_id, **refusal.evidence) from None
    if redirect_uri is None:
        raise DirectRefusal(Fault.REDIRECT_URI_MISSING, client=client.client_id)
    if redirect_uri not in client.redirect_uris:
        raise DirectRefusal(Fault.REDIRECT_URI_MISMATCH, client=client.client_id)
    return redirect_uri


def _return_address(parameters: Parameters, redirect_uri: str) -> ReturnAddress:
    """Return how the client can be answered if it has to be refused.

    A state that cannot be sent back is left out, an unsupported mode falls back on the query; `_accept` refuses both.
    """
    mode, state = ResponseMode.QUERY, None
    with suppress(Refusal):
        state = parameters.take("state")
    with suppress(Refusal):
        mode = _response_mode(parameters)
    return ReturnAddress(redirect_uri, mode, state)


def _response_mode(parameters: Parameters) -> ResponseMode:
    try:
        return ResponseMode(parameters.take("response_mode") or ResponseMode.QUERY)
    except ValueError:
        raise Refusal(Fault.RESPONSE_MODE_UNSUPPORTED) from None


def _accept(
    parameters: Parameters, client: Client, redirect_uri: str, provider: Provider, keys: SigningKeys, now: datetime
) -> AuthorizationRequest:
    """Make the accepted request; the order of the lines is the order of the checks."""
    mode, state = _response_mode(parameters), parameters.take("state")
    parameters.check_unrepeated()
    _check_unsupported(parameters)
    _check_response_type(parameters)
    asked_scopes = _scopes(parameters)
    challenge = pkce.read_challenge(
        parameters.take("code_challenge"), parameters.take("code_challenge_method"), required=client.require_pkce
    )
    prompts = _prompts(parameters)
    max_age = _max_age(parameters, client)
    claims = read_claims(parameters.take("claims"), provider.claims)
    subjects = _expected_subjects(parameters, claims, client, provider, keys)
    parameters.take("login_hint")
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        response_mode=mode,
        state=state,
        nonce=parameters.take("nonce"),
        received_at=now,
        scopes=_granted_scopes(asked_scopes, prompts, client, provider),
        code_challenge=challenge,
        prompts=prompts,
        display=_display(parameters),
        max_age=max_age,
        subjects=subjects,
        acr_values=_levels(_words(parameters, "acr_values") or _voluntary_acr(claims)),
        essential_acr=_essential_acr(claims),
        claims=claims,
        ui_locales=_words(parameters, "ui_locales"),
        claims_locales=_words(parameters, "claims_locales"),
        region_hint=_region_hint(parameters, provider),
    )


_UNSUPPORTED = (
    ("request", Fault.REQUEST_OBJECT),
    ("request_uri", Fault.REQUEST_URI),
    ("registration", Fault.REGISTRATION),
)


def _check_unsupported(parameters: Parameters) -> None:
    for name, fault in _UNSUPPORTED:
        if name in parameters.values:
            raise Refusal(fault)


def _check_response_type(parameters: Parameters) -> None:
    response_type = parameters.take("response_type")
    if response_type is None:
        raise Refusal(Fault.RESPONSE_TYPE_MISSING)
    if response_type != "code":
        raise Refusal(Fault.RESPONSE_TYPE_UNSUPPORTED)


def _words(parameters: Parameters, name: str) -> tuple[str, ...]:
    """Return the words of a space-separated parameter, each once, in order."""
    return tuple(dict.fromkeys((parameters.take(name) or "").split()))


def _scopes(parameters: Parameters) -> tuple[str, ...]:
    scopes = _words(parameters, "scope")
    if OPENID not in scopes:
        raise Refusal(Fault.SCOPE_WITHOUT_OPENID)
    return scopes


def _granted_scopes(asked: tuple[str, ...], prompts: tuple[Prompt, ...], client: Client, provider: Provider) -> tuple[str, ...]:
    """Return the scopes asked for that we know and the client may have; the rest is ignored (OpenID Connect Core §3.1.2.1)."""
    known = {OPENID, *provider.scopes} | ({OFFLINE_ACCESS} if Prompt.CONSENT in prompts else set())
    return tuple(scope for scope in asked if scope in known and scope in client.scopes)


def _prompts(parameters: Parameters) -> tuple[Prompt, ...]:
    try:
        prompts = tuple(Prompt(word) for word in _words(parameters, "prompt"))
    except ValueError:
        raise Refusal(Fault.PROMPT_UNKNOWN) from None
    if Prompt.NONE in prompts and len(prompts) > 1:
        raise Refusal(Fault.PROMPT_NONE_COMBINED)
    return prompts


def _display(parameters: Parameters) -> Display:
    """Return how our pages are shown; a display that we do not know is a wish that we cannot fulfil, no error."""
    try:
        return Display(parameters.take("display") or Display.PAGE)
    except ValueError:
        return Display.PAGE


def _max_age(parameters: Parameters, client: Client) -> int | None:
    max_age = parameters.take("max_age")
    if max_age is None:
        return client.default_max_age
    if not _MAX_AGE.fullmatch(max_age):
        raise Refusal(Fault.MAX_AGE_MALFORMED)
    return int(max_age)


def _expected_subjects(
    parameters: Parameters, claims: ClaimsRequest, client: Client, provider: Provider, keys: SigningKeys
) -> tuple[str, ...]:
    """Return the subjects of whom the client expects one to be signed in (OpenID Connect Core §§3.1.2.1, 5.5.1)."""
    claim = claims.of_id_token("sub")
    wanted = claim.values if claim else ()
    token = parameters.take("id_token_hint")
    if token is None:
        return wanted
    try:
        hint = read_hint(token, keys, provider.issuer)
    except InvalidHint as invalid:
        raise Refusal(Fault.ID_TOKEN_HINT_INVALID, reason=invalid.reason) from None
    # An ID token of another client shows that it leaked, whoever is its subject.
    if hint.client_id != client.client_id:
        raise Refusal(Fault.ID_TOKEN_HINT_INVALID, reason="audience")
    if wanted and hint.subject not in wanted:
        raise Refusal(Fault.SUBJECT_MISMATCH)
    return (hint.subject,)


def _levels(values: tuple[str, ...]) -> tuple[Assurance, ...]:
    levels = (Assurance.from_acr(value) for value in values)
    return tuple(level for level in levels if level is not None)


def _voluntary_acr(claims: ClaimsRequest) -> tuple[str, ...]:
    """Return the values of a voluntary ``acr`` claim, which mean what acr_values means (OpenID Connect Core §5.5.1.1)."""
    acr = claims.of_id_token("acr")
    return () if acr is None or acr.essential else acr.values


def _essential_acr(claims: ClaimsRequest) -> tuple[Assurance, ...]:
    """Return the levels of which one must be reached; none when ``acr`` is not essential or any value would do."""
    acr = claims.of_id_token("acr")
    if acr is None or not acr.essential or not acr.values:
        return ()
    levels = _levels(acr.values)
    if not levels:
        raise Refusal(Fault.ACR_UNKNOWN)
    return levels


def _region_hint(parameters: Parameters, provider: Provider) -> RegionCode | None:
    """Return the region that the portal's user is likely to want; an unknown one is ignored like any hint."""
    hint = parameters.take("idp_hint")
    return next((region.code for region in provider.regions if region.code == hint), None)
