"""Every way in which the provider says no, in one table.

A `Fault` pairs a stable code of our own (shown on error pages, counted in metrics, looked for by tests) with the OAuth error
that goes over the wire. Descriptions are fixed text, so that nothing a stranger sent is ever reflected; what was wrong in
this one request goes into `evidence`, which is for logs and holds names, never secrets.
"""

from __future__ import annotations

from enum import Enum, StrEnum, unique
from types import MappingProxyType


class ErrorCode(StrEnum):
    """The error vocabulary of the wire, with the document that registers it."""

    INVALID_REQUEST = "invalid_request"  # RFC 6749 §4.1.2.1, §5.2
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    ACCESS_DENIED = "access_denied"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INVALID_SCOPE = "invalid_scope"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    INVALID_CLIENT = "invalid_client"  # RFC 6749 §5.2
    INVALID_GRANT = "invalid_grant"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_TOKEN = "invalid_token"  # RFC 6750 §3.1
    INSUFFICIENT_SCOPE = "insufficient_scope"
    INTERACTION_REQUIRED = "interaction_required"  # OpenID Connect Core §3.1.2.6
    LOGIN_REQUIRED = "login_required"
    ACCOUNT_SELECTION_REQUIRED = "account_selection_required"
    CONSENT_REQUIRED = "consent_required"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"  # OpenID Connect Unmet Authentication Requirements


STATUS = MappingProxyType(
    {
        ErrorCode.INVALID_CLIENT: 401,
        ErrorCode.INVALID_TOKEN: 401,
        ErrorCode.INSUFFICIENT_SCOPE: 403,
        ErrorCode.SERVER_ERROR: 500,
        ErrorCode.TEMPORARILY_UNAVAILABLE: 503,
    }
)
"""HTTP status of an error that is answered directly; 400 where not listed (RFC 6749 §5.2, RFC 6750 §3.1)."""


@unique
class Fault(Enum):
    """A named reason to refuse: the wire's error, its description, and the clause that asks for the refusal."""

    # Any endpoint
    TOO_MANY_PARAMETERS = (ErrorCode.INVALID_REQUEST, "Too many parameters", "our limit")
    PARAMETER_REPEATED = (ErrorCode.INVALID_REQUEST, "A parameter is included more than once", "RFC 6749 §3.1, §3.2")
    PARAMETER_TOO_LONG = (ErrorCode.INVALID_REQUEST, "A parameter is too long", "our limit")
    PARAMETER_MALFORMED = (ErrorCode.INVALID_REQUEST, "A parameter holds characters it must not", "RFC 6749 App. A")

    # Authorization endpoint, before the client's address can be trusted
    CLIENT_ID_MISSING = (ErrorCode.INVALID_REQUEST, "client_id is required", "RFC 6749 §4.1.1")
    CLIENT_UNKNOWN = (ErrorCode.INVALID_CLIENT, "The client is not registered here", "RFC 6749 §4.1.2.1")
    REDIRECT_URI_MISSING = (ErrorCode.INVALID_REQUEST, "redirect_uri is required", "OpenID Connect Core §3.1.2.1")
    REDIRECT_URI_MISMATCH = (ErrorCode.INVALID_REQUEST, "redirect_uri is not registered", "RFC 9700 §2.1")

    # Authorization endpoint, answered to the client
    REQUEST_OBJECT = (ErrorCode.REQUEST_NOT_SUPPORTED, "Request objects are not supported", "OpenID Connect Core §6.1")
    REQUEST_URI = (ErrorCode.REQUEST_URI_NOT_SUPPORTED, "request_uri is not supported", "OpenID Connect Core §6.2")
    REGISTRATION = (ErrorCode.REGISTRATION_NOT_SUPPORTED, "registration is not supported", "OpenID Connect Core §7.2.1")
    RESPONSE_TYPE_MISSING = (ErrorCode.INVALID_REQUEST, "response_type is required", "RFC 6749 §3.1.1")
    RESPONSE_TYPE_UNSUPPORTED = (ErrorCode.UNSUPPORTED_RESPONSE_TYPE, "Only response_type code is supported", "RFC 9700 §2.1.2")
    RESPONSE_MODE_UNSUPPORTED = (
        ErrorCode.INVALID_REQUEST,
        "The response_mode is not supported",
        "OAuth Response Types §2.1",
    )
    SCOPE_WITHOUT_OPENID = (ErrorCode.INVALID_SCOPE, "scope must hold openid", "OpenID Connect Core §3.1.2.1")
    PKCE_MISSING = (ErrorCode.INVALID_REQUEST, "code_challenge is required", "RFC 7636 §4.4.1")
    PKCE_METHOD = (ErrorCode.INVALID_REQUEST, "code_challenge_method must be S256", "RFC 7636 §4.4.1, RFC 9700 §2.1.1")
    PKCE_MALFORMED = (ErrorCode.INVALID_REQUEST, "code_challenge is not an S256 challenge", "RFC 7636 §4.2")
    PROMPT_UNKNOWN = (ErrorCode.INVALID_REQUEST, "A prompt value is not supported", "Initiating User Registration §4.1")
    PROMPT_NONE_COMBINED = (ErrorCode.INVALID_REQUEST, "prompt none stands alone", "OpenID Connect Core §3.1.2.1")
    MAX_AGE_MALFORMED = (ErrorCode.INVALID_REQUEST, "max_age is a number of seconds", "OpenID Connect Core §3.1.2.1")
    ID_TOKEN_HINT_INVALID = (ErrorCode.INVALID_REQUEST, "id_token_hint is not valid", "OpenID Connect Core §3.1.2.2")
    CLAIMS_MALFORMED = (ErrorCode.INVALID_REQUEST, "claims is not a claims request", "OpenID Connect Core §5.5")
    ACR_UNKNOWN = (
        ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS,
        "No essential acr value is known here",
        "OpenID Connect Core §5.5.1.1",
    )

    # Interaction
    LOGIN_NEEDED = (ErrorCode.LOGIN_REQUIRED, "The user has to sign in", "OpenID Connect Core §3.1.2.6")
    SUBJECT_MISMATCH = (ErrorCode.LOGIN_REQUIRED, "Another user is signed in", "OpenID Connect Core §3.1.2.2")
    STEP_UP_NEEDED = (ErrorCode.INTERACTION_REQUIRED, "A stronger sign-in is needed", "OpenID Connect Core §3.1.2.6")
    ORGANISATION_NEEDED = (
        ErrorCode.ACCOUNT_SELECTION_REQUIRED,
        "The user has to choose an organisation",
        "OpenID Connect Core §3.1.2.6",
    )
    CONSENT_NEEDED = (ErrorCode.CONSENT_REQUIRED, "The user has to consent", "OpenID Connect Core §3.1.2.6")
    CONSENT_DENIED = (ErrorCode.ACCESS_DENIED, "The user did not consent", "RFC 6749 §4.1.2.1")
    SIGN_IN_CANCELLED = (ErrorCode.ACCESS_DENIED, "The user did not sign in", "RFC 6749 §4.1.2.1")
    ASSURANCE_UNMET = (
        ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS,
        "The sign-in did not reach the required level",
        "Unmet Authentication Requirements §3",
    )
    ASSURANCE_UNREACHABLE = (
        ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS,
        "No region can reach the required level",
        "Unmet Authentication Requirements §3",
    )
    REGION_UNAVAILABLE = (ErrorCode.TEMPORARILY_UNAVAILABLE, "No region can sign the user in now", "RFC 6749 §4.1.2.1")
    REGION_UNTRUSTED = (ErrorCode.SERVER_ERROR, "The region's answer could not be accepted", "RFC 6749 §4.1.2.1")

    # Client authentication
    CLIENT_AUTHENTICATION_MISSING = (ErrorCode.INVALID_CLIENT, "Client authentication is required", "RFC 6749 §3.2.1")
    CLIENT_AUTHENTICATION_MALFORMED = (ErrorCode.INVALID_CLIENT, "Client authentication is malformed", "RFC 6749 §2.3.1")
    CLIENT_AUTHENTICATION_TWICE = (
        ErrorCode.INVALID_REQUEST,
        "Only one client authentication method may be used at once",
        "RFC 6749 §2.3",
    )
    CLIENT_AUTHENTICATION_FAILED = (ErrorCode.INVALID_CLIENT, "Client authentication failed", "RFC 6749 §5.2")
    CLIENT_MAY_NOT = (ErrorCode.UNAUTHORIZED_CLIENT, "The client may not use this endpoint", "RFC 7662 §2.1")

    # Token endpoint
    GRANT_TYPE_MISSING = (ErrorCode.INVALID_REQUEST, "grant_type is required", "RFC 6749 §4.1.3")
    GRANT_TYPE_UNSUPPORTED = (ErrorCode.UNSUPPORTED_GRANT_TYPE, "The grant_type is not supported", "RFC 6749 §5.2")
    CODE_MISSING = (ErrorCode.INVALID_REQUEST, "code is required", "RFC 6749 §4.1.3")
    CODE_UNKNOWN = (ErrorCode.INVALID_GRANT, "The code is not valid", "RFC 6749 §5.2")
    CODE_EXPIRED = (ErrorCode.INVALID_GRANT, "The code has expired", "RFC 6749 §4.1.2")
    CODE_REPLAYED = (ErrorCode.INVALID_GRANT, "The code was used before", "RFC 6749 §4.1.2")
    CODE_OF_ANOTHER_CLIENT = (ErrorCode.INVALID_GRANT, "The code was issued to another client", "RFC 6749 §4.1.3")
    CODE_REDIRECT_URI_MISMATCH = (ErrorCode.INVALID_GRANT, "redirect_uri differs from the authorization", "RFC 6749 §4.1.3")
    PKCE_VERIFIER_MISSING = (ErrorCode.INVALID_GRANT, "code_verifier is required", "RFC 7636 §4.6")
    PKCE_VERIFIER_MISMATCH = (ErrorCode.INVALID_GRANT, "code_verifier does not match", "RFC 7636 §4.6")
    PKCE_VERIFIER_UNEXPECTED = (ErrorCode.INVALID_GRANT, "The code was asked for without PKCE", "RFC 9700 §2.1.1")
    REFRESH_TOKEN_MISSING = (ErrorCode.INVALID_REQUEST, "refresh_token is required", "RFC 6749 §6")
    REFRESH_TOKEN_UNKNOWN = (ErrorCode.INVALID_GRANT, "The refresh token is not valid", "RFC 6749 §5.2")
    REFRESH_TOKEN_EXPIRED = (ErrorCode.INVALID_GRANT, "The refresh token has expired", "RFC 6749 §5.2")
    REFRESH_TOKEN_REPLAYED = (ErrorCode.INVALID_GRANT, "The refresh token was used before", "RFC 9700 §4.14.2")
    REFRESH_TOKEN_OF_ANOTHER_CLIENT = (
        ErrorCode.INVALID_GRANT,
        "The refresh token was issued to another client",
        "RFC 6749 §6",
    )
    SCOPE_WIDENED = (ErrorCode.INVALID_SCOPE, "scope exceeds what was granted", "RFC 6749 §6")
    GRANT_REVOKED = (ErrorCode.INVALID_GRANT, "The grant was revoked", "RFC 6749 §5.2")

    # Tokens presented
    TOKEN_MISSING = (ErrorCode.INVALID_TOKEN, "An access token is required", "RFC 6750 §3")
    TOKEN_PRESENTED_TWICE = (ErrorCode.INVALID_REQUEST, "Only one way to send the access token may be used", "RFC 6750 §2")
    TOKEN_MALFORMED = (ErrorCode.INVALID_REQUEST, "The access token is malformed", "RFC 6750 §3.1")
    TOKEN_INVALID = (ErrorCode.INVALID_TOKEN, "The access token is not valid", "RFC 6750 §3.1")
    TOKEN_WITHOUT_OPENID = (ErrorCode.INSUFFICIENT_SCOPE, "The access token lacks the scope openid", "OpenID Connect Core §5.3")
    TOKEN_PARAMETER_MISSING = (ErrorCode.INVALID_REQUEST, "token is required", "RFC 7009 §2.1, RFC 7662 §2.1")
    TOKEN_OF_ANOTHER_CLIENT = (ErrorCode.INVALID_GRANT, "The token was issued to another client", "RFC 7009 §2.1")

    # Sign-out
    LOGOUT_HINT_INVALID = (ErrorCode.INVALID_REQUEST, "id_token_hint is not valid here", "RP-Initiated Logout §2")
    LOGOUT_CLIENT_MISMATCH = (ErrorCode.INVALID_REQUEST, "client_id and id_token_hint disagree", "RP-Initiated Logout §2")
    LOGOUT_CLIENT_UNKNOWN = (ErrorCode.INVALID_REQUEST, "The signing-out client is not registered", "RP-Initiated Logout §2")
    LOGOUT_URI_WITHOUT_CLIENT = (
        ErrorCode.INVALID_REQUEST,
        "post_logout_redirect_uri needs id_token_hint or client_id",
        "RP-Initiated Logout §3",
    )
    LOGOUT_URI_MISMATCH = (ErrorCode.INVALID_REQUEST, "post_logout_redirect_uri is not registered", "RP-Initiated Logout §3")

    def __init__(self, error: ErrorCode, description: str, clause: str) -> None:
        self.error = error
        self.description = description
        self.clause = clause

    @property
    def code(self) -> str:
        """Our stable name of this fault, such as ``redirect-uri-mismatch``."""
        return self.name.lower().replace("_", "-")

    @property
    def status(self) -> int:
        """The HTTP status when the fault is answered directly and not by redirect."""
        return STATUS.get(self.error, 400)


class Refusal(Exception):
    """A request was refused: why (`fault`), and what in it was the reason (`evidence`, for logs only)."""

    def __init__(self, fault: Fault, **evidence: str) -> None:
        super().__init__(f"{fault.code}: {fault.description}")
        self.fault = fault
        self.evidence = evidence

    @property
    def code(self) -> str:
        """The fault's stable code."""
        return self.fault.code

    @property
    def status(self) -> int:
        """The HTTP status of a direct answer."""
        return self.fault.status


class DirectRefusal(Refusal):
    """Answered on an error page of the bridge, never by redirect: the address to redirect to cannot be trusted."""

    @property
    def status(self) -> int:
        """400 always: a browser cannot do anything about a 401 without a challenge."""
        return 400


class EndpointRefusal(Refusal):
    """Answered as JSON by an endpoint that clients call themselves: token, revocation, introspection (RFC 6749 §5.2)."""

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers beside the content type."""
        headers = {"Cache-Control": "no-store"}
        if challenge := self.challenge:
            headers["WWW-Authenticate"] = challenge
        return headers

    @property
    def challenge(self) -> str:
        """The value of ``WWW-Authenticate``; empty when there is none. RFC 6749 §5.2 asks for it with every 401."""
        return 'Basic realm="idbridge"' if self.status == 401 else ""

    @property
    def body(self) -> dict[str, str]:
        """The members of the JSON answer."""
        return {"error": self.fault.error, "error_description": self.fault.description}


class BearerRefusal(EndpointRefusal):
    """Answered by a resource that an access token opens: userinfo (RFC 6750 §3)."""

    @property
    def challenge(self) -> str:
        """The ``Bearer`` challenge; without error members when no token was presented at all (RFC 6750 §3.1)."""
        if self.fault is Fault.TOKEN_MISSING:
            return 'Bearer realm="idbridge"'
        scope = ', scope="openid"' if self.fault is Fault.TOKEN_WITHOUT_OPENID else ""
        return f'Bearer realm="idbridge", error="{self.fault.error}", error_description="{self.fault.description}"{scope}'

    @property
    def body(self) -> dict[str, str]:
        """The members of the JSON answer; none when no token was presented."""
        return {} if self.fault is Fault.TOKEN_MISSING else super().body
