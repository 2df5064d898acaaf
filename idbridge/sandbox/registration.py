"""Registers the bridge with the three sandbox providers: one set of made-up credentials, told to both sides.

`register` makes the credentials once; `idbridge demo` keeps them (they are plain values, fit for JSON or TOML), and makes from
them the bridge's ``[regions.<CODE>]`` tables and the providers' configurations.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey

from idbridge.clock import Clock, system_clock
from idbridge.identity.assertion import Issuer
from idbridge.regions.iamsmart_config import IamSmartConfig
from idbridge.sandbox.guangdong import GuangdongSandboxConfig
from idbridge.sandbox.hongkong_server import HongkongConfig
from idbridge.sandbox.macao_server import MacaoConfig

PORTAL_CLIENT = "portal-signing"

Credentials = Mapping[str, Any]
"""What `register` made. Secret, though of a sandbox only."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the bridge and the three providers are reached: base URLs without a slash at the end."""

    bridge: str
    guangdong: str
    hongkong: str
    macao: str

    def callback(self, region: str) -> str:
        """Return the bridge's redirect URI for a region."""
        return f"{self.bridge}/regions/{region}/callback"

    def notice(self, region: str) -> str:
        """Return the address that a region's provider posts to."""
        return f"{self.bridge}/regions/{region}/notice"


def register() -> Credentials:
    """Make the credentials of one sandbox."""
    return {
        "GD": {"client_secret": secrets.token_urlsafe(32), "link_key": secrets.token_urlsafe(32)},
        "HK": _iam_smart_client(),
        "HK-portal": _iam_smart_client(),
        "MO": {
            "client_secret": secrets.token_urlsafe(32),
            "signing_key": ECKey.generate_key("P-256", {"kid": secrets.token_hex(8)}, private=True).as_dict(private=True),
        },
    }


def _iam_smart_client() -> dict[str, str]:
    """Make the credentials of a client of iAM Smart: a secret, and a key encryption key with its public half."""
    kek = rsa.generate_private_key(65537, 2048)
    encoding, unencrypted = serialization.Encoding.PEM, serialization.NoEncryption()
    return {
        "client_secret": secrets.token_urlsafe(32),
        "private_key": kek.private_bytes(encoding, serialization.PrivateFormat.PKCS8, unencrypted).decode(),
        "public_key": kek.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
    }


def bridge_regions(credentials: Credentials, at: Addresses) -> dict[str, dict[str, Any]]:
    """Return the bridge's region tables, as `regions.catalogue.read_region` takes them."""
    return {
        "GD": {
            "protocol": "guangdong",
            "base_url": at.guangdong,
            "issuer": at.guangdong,
            "client_id": "idbridge",
            "client_secret": credentials["GD"]["client_secret"],
            "link_key": credentials["GD"]["link_key"],
            # 41 is the sandbox's own code: which one the platform has for 回乡证 is not public.
            "card_kinds": {"10": "mainland", "20": "PASSPORT", "41": "MAINLAND-TRAVEL-PERMIT", "49": "USCC"},
        },
        "HK": {
            "protocol": "iam-smart",
            "base_url": at.hongkong,
            "issuer": at.hongkong,
            "client_id": "idbridge",
            "client_secret": credentials["HK"]["client_secret"],
            "private_key": credentials["HK"]["private_key"],
        },
        "MO": {
            "protocol": "openid",
            "issuer": at.macao,
            "client_id": "idbridge",
            "client_secret": credentials["MO"]["client_secret"],
            "algorithms": ["ES256"],
            "levels": {
                "urn:sandbox:macao:password": "low",
                "urn:sandbox:macao:otp": "substantial",
                "urn:sandbox:macao:face": "high",
            },
        },
    }


def guangdong_config(credentials: Credentials, at: Addresses, clock: Clock = system_clock) -> GuangdongSandboxConfig:
    """Return the configuration of the sandbox's Guangdong."""
    return GuangdongSandboxConfig(
        base_url=at.guangdong,
        client_id="idbridge",
        client_secret=credentials["GD"]["client_secret"],
        redirect_uri=at.callback("GD"),
        clock=clock,
    )


def hongkong_config(credentials: Credentials, at: Addresses, clock: Clock = system_clock) -> HongkongConfig:
    """Return the configuration of the sandbox's Hong Kong."""
    return HongkongConfig(
        base_url=at.hongkong,
        client_id="idbridge",
        client_secret=credentials["HK"]["client_secret"],
        redirect_uri=at.callback("HK"),
        notice_uri=at.notice("HK"),
        kek=credentials["HK"]["public_key"],
        clock=clock,
    )


def portal_signing_config(credentials: Credentials, at: Addresses, portal: str, clock: Clock = system_clock) -> HongkongConfig:
    """Return the sample portal at *portal* as iAM Smart's second client, which has documents signed."""
    return HongkongConfig(
        base_url=at.hongkong,
        client_id=PORTAL_CLIENT,
        client_secret=credentials["HK-portal"]["client_secret"],
        redirect_uri=f"{portal}/sign/return",
        notice_uri=f"{portal}/sign/notice",
        kek=credentials["HK-portal"]["public_key"],
        service="Bay Area Services",
        clock=clock,
    )


def portal_iam_smart(credentials: Credentials, at: Addresses) -> IamSmartConfig:
    """Return iAM Smart as the sample portal's signing knows it."""
    return IamSmartConfig(
        base_url=at.hongkong,
        issuer=Issuer(at.hongkong),
        client_id=PORTAL_CLIENT,
        client_secret=credentials["HK-portal"]["client_secret"],
        private_key=credentials["HK-portal"]["private_key"],
        scopes=("eidapi_auth", "eidapi_sign"),
    )


def macao_config(credentials: Credentials, at: Addresses, clock: Clock = system_clock) -> MacaoConfig:
    """Return the configuration of the sandbox's Macao."""
    return MacaoConfig(
        base_url=at.macao,
        client_id="idbridge",
        client_secret=credentials["MO"]["client_secret"],
        redirect_uri=at.callback("MO"),
        signing_key=credentials["MO"]["signing_key"],
        clock=clock,
    )
