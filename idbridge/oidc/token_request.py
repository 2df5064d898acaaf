"""The token endpoint's form: which grant is asked for (RFC 6749 §§4.1.3, 6). Judging it is `grants`'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from idbridge.oidc import opaque
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.grants import CodeRedemption, RefreshRequest
from idbridge.oidc.parameters import Pairs, Parameters, read_parameters


def read_form(pairs: Pairs) -> Parameters:
    """Read the form of an endpoint that clients call themselves. Raises `EndpointRefusal`."""
    parameters = read_parameters(pairs, EndpointRefusal)
    parameters.check_unrepeated()
    return parameters


def read_token_request(form: Parameters) -> CodeRedemption | RefreshRequest:
    """Read what a token request asks for. Raises `EndpointRefusal`."""
    grant_type = form.take("grant_type")
    if grant_type is None:
        raise EndpointRefusal(Fault.GRANT_TYPE_MISSING)
    reader = GRANT_TYPES.get(grant_type)
    if reader is None:
        raise EndpointRefusal(Fault.GRANT_TYPE_UNSUPPORTED)
    return reader(form)


def _code_redemption(form: Parameters) -> CodeRedemption:
    code = form.take("code")
    if code is None:
        raise EndpointRefusal(Fault.CODE_MISSING)
    if not opaque.is_wellformed(code):
        raise EndpointRefusal(Fault.CODE_UNKNOWN)
    return CodeRedemption(code, form.take("redirect_uri"), form.take("code_verifier"))


def _refresh_request(form: Parameters) -> RefreshRequest:
    token = form.take("refresh_token")
    if token is None:
        raise EndpointRefusal(Fault.REFRESH_TOKEN_MISSING)
    if not opaque.is_wellformed(token):
        raise EndpointRefusal(Fault.REFRESH_TOKEN_UNKNOWN)
    scope = form.take("scope")
    return RefreshRequest(token, None if scope is None else tuple(dict.fromkeys(scope.split())))


GRANT_TYPES: Mapping[str, Callable[[Parameters], CodeRedemption | RefreshRequest]] = MappingProxyType(
    {"authorization_code": _code_redemption, "refresh_token": _refresh_request}
)
"""The grant types that there are, and discovery's ``grant_types_supported``."""
