"""The endpoints that portals call themselves: token, userinfo, revocation, introspection.

Requests are judged by `oidc`; here records are fetched, the atomic verbs used, and what was replayed is ended.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec

from idbridge.identity.person import PersonId
from idbridge.identity.release import ReleasePlan
from idbridge.oidc import opaque
from idbridge.oidc.bearer import read_bearer
from idbridge.oidc.client_authentication import AuthenticatedClient, authenticate, read_credentials
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.grants import (
    ACCESS_TOKEN_LIFETIME,
    CodeRedemption,
    Grant,
    RefreshRequest,
    RefreshTokenRecord,
    Replayed,
    access_token_record,
    judge_access,
    judge_refresh,
    redeem_code,
    refresh_token_record,
)
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.parameters import Pairs, Parameters
from idbridge.oidc.token_management import introspection, may_revoke, read_token_to_manage
from idbridge.oidc.token_request import read_form, read_token_request
from idbridge.oidc.tokens import id_token_claims, token_response, userinfo
from idbridge.services.clients import KnownClients
from idbridge.services.grants import LiveGrant, LiveGrants
from idbridge.services.release import Release
from idbridge.storage.ports import OfflineGrants, Persons
from idbridge.storage.records import GrantId, OfflineGrant, Reused


@dataclass(frozen=True, slots=True)
class OfflineDetails:
    """What an offline grant needs to be refreshed: the grant, the claims agreed to by name, and the languages asked for."""

    grant: Grant
    plan: ReleasePlan
    locales: tuple[str, ...] = ()


class Tokens:
    """The use cases of the token family. Each raises `EndpointRefusal` (or its kinds) and `StoreUnavailable`."""

    def __init__(
        self,
        issuer: str,
        clients: KnownClients,
        grants: LiveGrants,
        offline: OfflineGrants,
        persons: Persons,
        release: Release,
    ) -> None:
        self._issuer = issuer
        self._clients = clients
        self._grants = grants
        self._offline = offline
        self._persons = persons
        self._release = release
