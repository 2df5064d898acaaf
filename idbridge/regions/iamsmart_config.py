"""What an operator can change about iAM Smart: addresses, scopes, levels, claim tables; and its tables of codes and sources.

The numbers of the codes are those of CorpID's published table; iAM Smart's own, with ``D`` in front, were seen to be the same
where they were seen at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.claims import ClaimRow, ClaimTable, Need
from idbridge.regions.iamsmart_messages import Padding

HONG_KONG = RegionCode("HK")

Refused = Literal["cancelled", "unavailable", "untrusted", "timeout"]

SUCCESS = "00000"
CEK_LOST = "30002"

CODES: Mapping[str, tuple[Refused, str]] = MappingProxyType(
    {
        "20001": ("unavailable", "parameter-missing"),
        "20002": ("unavailable", "parameter-empty"),
        "20003": ("unavailable", "parameter-invalid"),
        "20004": ("unavailable", "parameter-duplicate"),
        "20005": ("unavailable", "signature-method"),
        "20006": ("unavailable", "signature"),
        "20007": ("unavailable", "source"),
        "20008": ("unavailable", "callback-unregistered"),
        "20009": ("untrusted", "access-token-expired"),
        "20010": ("untrusted", "openid-missing"),
        "20011": ("unavailable", "business-id-duplicate"),
        "20012": ("unavailable", "forbidden"),
        "20015": ("unavailable", "scope"),
        "30001": ("unavailable", "kek"),
        "30002": ("unavailable", "cek"),
        "30003": ("unavailable", "encryption"),
        "30004": ("unavailable", "decryption"),
        "40000": ("cancelled", "cancelled"),
        "40001": ("cancelled", "rejected"),
        "40002": ("unavailable", "authentication-failed"),
        "40003": ("timeout", "timeout"),
        "40004": ("untrusted", "code-expired"),
        "70004": ("untrusted", "signing-not-allowed"),
        "70005": ("untrusted", "identity-differs"),
    }
)
"""iAM Smart's numbers without their letter: what a code means for the login, and its name in a refusal's check."""

# iAM Smart asks which browser the user has, to choose between a QR code and opening its app. First match wins.
_SOURCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), source)
    for pattern, source in (
        (r"Android.*SamsungBrowser/", "Android_Samsung"),
        (r"Android.*HuaweiBrowser/", "Android_Huawei"),
        (r"Android.*(MiuiBrowser|XiaoMi)/", "Android_Xiaomi"),
        (r"Android.*EdgA/", "Android_Edge"),
        (r"Android.*Firefox/", "Android_Firefox"),
        (r"Android", "Android_Chrome"),
        (r"iP(hone|ad|od).*CriOS/", "iOS_Chrome"),
        (r"iP(hone|ad|od).*FxiOS/", "iOS_Firefox"),
        (r"iP(hone|ad|od).*EdgiOS/", "iOS_Edge"),
        (r"iP(hone|ad|od)", "iOS_Safari"),
    )
)

MAX_USER_AGENT = 512
"""Characters of a user agent looked at: what tells browsers apart stands in the first two hundred."""


def source_of(user_agent: str) -> str:
    """Return iAM Smart's name for a browser; ``PC_Browser`` when it is none of the phones'."""
    seen = user_agent[:MAX_USER_AGENT]
    return next((source for pattern, source in _SOURCES if pattern.search(seen)), "PC_Browser")


LANGUAGES: Mapping[str, str] = MappingProxyType({"zh-Hant": "zh-HK", "zh-Hans": "zh-CN"})
"""iAM Smart's pages speak these and English (``en-US``); Portuguese they do not."""

TOKEN_CLAIMS = ClaimTable(
    (
        ClaimRow("accessToken", Need.REQUIRED),
        ClaimRow("openID", Need.REQUIRED),
        ClaimRow("userType", Need.REQUIRED),
        ClaimRow("lastModifiedDate", Need.OPTIONAL),
        ClaimRow("issueAt", Need.OPTIONAL),
        *(ClaimRow(name, Need.IGNORED) for name in ("tokenType", "expiresIn", "scope", "expressed", "milliseconds")),
    )
)
"""What getToken answers. The access token serves one request at once, so its lifetime does not matter here."""

PROFILE_CLAIMS = ClaimTable(
    rows=(
        ClaimRow("idNo", Need.REQUIRED, "document", "HKID", ("Identification", "CheckDigit")),
        ClaimRow("enName", Need.REQUIRED, "name-latn", parts=("UnstructuredName",)),
        ClaimRow("chName", Need.OPTIONAL, "name-hant", parts=("ChineseName",)),
        ClaimRow("gender", Need.OPTIONAL, "gender"),
        ClaimRow("birthDate", Need.OPTIONAL, "birthdate"),
        ClaimRow("chNameVerified", Need.IGNORED),
    ),
    genders=(("M", "male"), ("F", "female")),
)
"""The profile fields; those that are used are the ones asked for."""


@dataclass(frozen=True, slots=True)
class IamSmartPaths:
    """iAM Smart's addresses below its base. `ticket_page` shows a request's QR code; it is not in the public guides."""

    login_page: str = "/api/v1/auth/getQR"
    ticket_page: str = "/api/v1/auth/getQR"
    content_key: str = "/api/v1/security/getKey"
    code_exchange: str = "/api/v1/auth/getToken"
    profile: str = "/api/v1/account/auth/profile/initiateRequest"
    hash_signing: str = "/api/v1/account/signing/initiateRequest"
    pdf_signing: str = "/api/v1/account/pdfsigning/initiateRequest"


@dataclass(frozen=True, slots=True)
class IamSmartConfig:
    """iAM Smart, as the operator of the bridge configures it.

    `private_key` is the PEM of the key encryption key (KEK), RSA of at least 2048 bits, whose certificate is registered there.
    `paddings` are tried in order on a wrapped CEK. `renew_before` renews a CEK while it still serves.
    """

    base_url: str
    issuer: Issuer
    client_id: str
    client_secret: str = field(repr=False)
    private_key: str = field(repr=False)
    region: RegionCode = HONG_KONG
    paths: IamSmartPaths = field(default_factory=IamSmartPaths)
    scopes: tuple[str, ...] = ("eidapi_auth", "eidapi_profiles")
    levels: tuple[tuple[str, Assurance], ...] = (("default", Assurance.SUBSTANTIAL), ("sign", Assurance.HIGH))
    token_claims: ClaimTable = TOKEN_CLAIMS
    profile_claims: ClaimTable = PROFILE_CLAIMS
    paddings: tuple[Padding, ...] = ("oaep-sha256",)
    url_encoded_signature: bool = True
    code_letter: str = "D"
    broker_page: bool = True
    renew_before: timedelta = timedelta(minutes=1)

    def __post_init__(self) -> None:
        if not (self.base_url and self.issuer and self.client_id and self.client_secret and self.paddings):
            raise ValueError("iAM Smart needs its address, issuer, client id, secret and a padding")
