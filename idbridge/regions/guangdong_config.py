"""What an operator can change about Guangdong's platform: addresses, names, codes, levels and the claim tables.

The defaults are what integrators' open code shows (2018 to 2023); nothing of it is officially published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.claims import ClaimRow, ClaimTable, Need
from idbridge.regions.guangdong_user import CardKind, GuangdongFields

GUANGDONG = RegionCode("GD")

_BOTH: tuple[ClaimRow, ...] = tuple(
    ClaimRow(name, Need.IGNORED)
    for name in (
        *("uid", "useridcode", "usertype", "createtime", "uversion", "isreal", "is_real", "realtype", "tokenid", "authloc"),
        *("anon_flag", "origin", "area", "accout_type", "account_uid", "parent_uidcode", "local_user", "user_typeext"),
        *("creditable_level_of_account", "creditable_level_of_account_way", "creditable_level_of_account_way_list"),
    )
)

PERSON_CLAIMS = ClaimTable(
    rows=(
        ClaimRow("cn", Need.REQUIRED, "name-hans"),
        ClaimRow("sex", Need.OPTIONAL, "gender"),
        ClaimRow("telephonenumber", Need.OPTIONAL, "phone"),
        ClaimRow("mail", Need.OPTIONAL, "email"),
        ClaimRow("address", Need.OPTIONAL, "address"),
        ClaimRow("idcardtype", Need.OPTIONAL),
        ClaimRow("idcardnumber", Need.OPTIONAL),
        *_BOTH,
    ),
    genders=(("1", "male"), ("2", "female")),
)
"""A personal account (usertype 1). The card is read by its code, so its rows carry no meaning of their own."""

COMPANY_CLAIMS = ClaimTable(
    rows=(
        ClaimRow("cn", Need.REQUIRED),
        ClaimRow("idcardtype", Need.REQUIRED),
        ClaimRow("idcardnumber", Need.REQUIRED),
        ClaimRow("link_person_name", Need.REQUIRED, "name-hans"),
        ClaimRow("link_person_type", Need.OPTIONAL),
        ClaimRow("link_person_code", Need.OPTIONAL),
        ClaimRow("link_person_useridcode", Need.OPTIONAL),
        ClaimRow("legal_person", Need.IGNORED),
        ClaimRow("legal_code", Need.OPTIONAL),
        ClaimRow("legal_id_type", Need.IGNORED),
        ClaimRow("telephonenumber", Need.IGNORED),
        ClaimRow("mail", Need.IGNORED),
        ClaimRow("address", Need.IGNORED),
        *(ClaimRow(name, Need.IGNORED) for name in ("sex", "ent_type", "unit_type", "comm_code", "tax_code", "landline")),
        *(ClaimRow(f"cert_{name}", Need.IGNORED) for name in ("ca", "data", "notbefore", "notafter")),
        *_BOTH,
    )
)
"""A legal person's account (usertype 2): its telephone, mail and address are the company's, so they are not the person's."""


@dataclass(frozen=True, slots=True)
class GuangdongPaths:
    """The platform's addresses below its base; older deployments have ``/tif/sso`` in place of ``/pscp/sso``."""

    authorize: str = "/pscp/sso/connect/page/oauth2/authorize"
    code_exchange: str = "/pscp/sso/connect/page/oauth2/access_token"
    user: str = "/pscp/sso/connect/page/oauth2/tokeninfo"
    logout: str = "/_tif_sso_logout_/"


@dataclass(frozen=True, slots=True)
class GuangdongConfig:
    """The platform, as the operator of the bridge configures it.

    `issuer` names the platform in links and never changes, even if its address does. `state_in` is ``redirect_uri`` where the
    platform lets the redirect URI's query vary, else ``cookie``. `link_key` makes a stable subject for a company's linked
    person of whom the platform gives a card number only; without it such a login is refused. `methods` are names in ``amr``.
    """

    base_url: str
    issuer: Issuer
    client_id: str
    client_secret: str = field(repr=False)
    region: RegionCode = GUANGDONG
    paths: GuangdongPaths = field(default_factory=GuangdongPaths)
    fields: GuangdongFields = field(default_factory=GuangdongFields)
    person_claims: ClaimTable = PERSON_CLAIMS
    company_claims: ClaimTable = COMPANY_CLAIMS
    card_kinds: tuple[tuple[str, CardKind], ...] = (("10", "mainland"), ("20", "PASSPORT"), ("49", "USCC"))
    levels: tuple[tuple[str, Assurance], ...] = (
        ("L0", Assurance.NONE),
        ("L1", Assurance.LOW),
        ("L2", Assurance.SUBSTANTIAL),
        ("L3", Assurance.HIGH),
    )
    methods: tuple[tuple[str, str], ...] = (("1", "pwd"), ("2", "cert"), ("3", "yss"), ("4", "weijing"))
    person_type: str = "1"
    company_type: str = "2"
    state_in: Literal["redirect_uri", "cookie"] = "redirect_uri"
    link_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not (self.base_url and self.issuer and self.client_id and self.client_secret):
            raise ValueError("the platform needs its address, issuer, client id and secret")
