"""Lists of the three regions for tests, as an operator would write them."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from idbridge.trust.drafting import draft_list
from idbridge.trust.model import SignedTrustList, TrustList
from idbridge.trust.reading import read_list
from idbridge.trust.reliance import Reliance, reliance_at
from idbridge.trust.vocabulary import Territory
from idbridge.trust.writing import sign_list, write_list
from tests.unit.trust.authorities import ISSUED, NOW, Authority, issue

GD, HK, MO = Territory("GD"), Territory("HK"), Territory("MO")

MR_POLICY = "2.16.344.8.2.2008.810.2"
"""The policy of mutually recognised certificates between Hong Kong and Guangdong, up to year, version and release."""

PERSONAL = "Hongkong Post e-Cert (Personal)"


@cache
def authorities() -> dict[str, Authority]:
    hk_root = issue("Hongkong Test Root CA 2", country="HK")
    hk_former_root = issue("Hongkong Test Root CA 1", country="HK")
    gd_root = issue("Guangdong Test Root CA")
    made = {
        "hk-root": hk_root,
        "hk-issuing": issue("Hongkong Test e-Cert CA 2", hk_root, country="HK"),
        "hk-other": issue("Hongkong Test Other CA", hk_root, country="HK"),
        "hk-former-root": hk_former_root,
        "hk-former": issue("Hongkong Test e-Cert CA 1", hk_former_root, country="HK"),
        "gd-root": gd_root,
        "gd-issuing": issue("Guangdong Test CA", gd_root),
        "mo-root": issue("Macao Test Root CA", country="MO"),
        "hk-signer": issue("Hong Kong list signer", country="HK", rsa_key=True),
        "gd-signer": issue("Guangdong list signer"),
        "mo-signer": issue("Macao list signer", country="MO"),
    }
    # Hong Kong's root, certified by Guangdong's: the path of a Hong Kong certificate goes on to an anchor in Guangdong.
    made["hk-cross"] = issue("", gd_root, of=hk_root)
    return made


def load(name: str) -> bytes:
    return authorities()[name].der


_ABOUT = """
[operator]
names = {{ en = "{name} list operator", zh-Hant = "信任清單" }}
street = "1 Test Street"
locality = "{name}"
country = "{country}"
website = "https://{code}.example/"
email = "list@{code}.example"

[scheme]
names = {{ en = "{country}: test scheme of {name}" }}
information = {{ en = "https://{code}.example/scheme" }}
rules = {{ en = "https://{code}.example/rules" }}
notice = {{ en = "For tests." }}
"""

_PROVIDER = """
[[provider]]
names = {{ en = "{name}" }}
street = "1 Provider Street"
locality = "{name}"
country = "{country}"
website = "https://provider.example/"
information = {{ en = "https://provider.example/information" }}
"""

_HK = """
territory = "HK"
sequence = 7
distribution_points = ["https://hk.example/list.xml"]
{about}
{provider}
[[provider.service]]
names = {{ en = "e-Cert" }}
type = "CA/PKC"
certificates = ["hk-issuing"]
status = "granted"
since = 2015-07-11T00:00:00+08:00

[[provider.service]]
names = {{ en = "e-Cert, former" }}
type = "CA/PKC"
certificates = ["hk-former"]
status = "withdrawn"
since = 2019-01-01T00:00:00Z
[[provider.service.history]]
status = "granted"
since = 2003-01-01T00:00:00Z
"""

_GD = """
territory = "GD"
sequence = 12
{about}

[[pointer]]
location = "https://hk.example/list.xml"
territory = "HK"
signers = ["hk-signer"]
operator = {{ en = "Hong Kong list operator" }}
[[pointer.agreement]]
scheme = "gd-hk"
pointed_legislation = "https://hk.example/cap553"
[[pointer.agreement.service]]
identifier = "e-Cert with mutual recognition status"
status = "enacted"
since = 2012-08-01T00:00:00Z
pointing = ["CA/PKC"]
pointed = ["CA/PKC"]

{provider}
[[provider.service]]
names = {{ en = "Guangdong certificates" }}
type = "CA/PKC"
certificates = ["gd-root"]
status = "granted"
since = 2010-01-01T00:00:00Z
information = ["ForeSignatures"]

{hk_provider}
[[provider.service]]
names = {{ en = "e-Cert (Personal) with mutual recognition status" }}
type = "CA/PKC"
certificates = ["hk-issuing"]
status = "granted"
since = 2015-07-11T00:00:00+08:00
[provider.service.entry]
id = "hk-personal"
region = "HK"
scheme = "gd-hk"
level = "advanced"
purposes = ["signature"]
certificate_type = {{ en = "Hongkong Post e-Cert (Personal)", zh-Hant = "香港郵政電子證書（個人）" }}
roots = ["hk-root"]
policy = "2.16.344.8.2.2008.810.2"
subject = [{{ attribute = "2.5.4.11", value = "Hongkong Post e-Cert (Personal)" }}]

[[provider.service]]
names = {{ en = "e-Cert (Personal) with mutual recognition status, former CA" }}
type = "CA/PKC"
certificates = ["hk-former"]
status = "withdrawn"
since = 2015-07-11T00:00:00+08:00
[provider.service.entry]
id = "hk-personal-former"
region = "HK"
scheme = "gd-hk"
level = "advanced"
purposes = ["signature"]
certificate_type = {{ en = "Hongkong Post e-Cert (Personal)" }}
roots = ["hk-former-root"]
policy = "2.16.344.8.2.2008.810.2"
subject = [{{ attribute = "2.5.4.11", value = "Hongkong Post e-Cert (Personal)" }}]
[[provider.service.history]]
status = "granted"
since = 2012-08-01T00:00:00Z
"""

_MO = """
territory = "MO"
sequence = 3
{about}
{provider}
[[provider.service]]
names = {{ en = "Macao certificates" }}
type = "CA/QC"
certificates = ["mo-root"]
status = "granted"
since = 2010-01-01T00:00:00Z
"""

_NAMES = {GD: ("Guangdong", "CN"), HK: ("Hong Kong", "HK"), MO: ("Macao", "MO")}
_SOURCES = {GD: _GD, HK: _HK, MO: _MO}


def source(territory: Territory) -> dict[str, Any]:
    """Return the source of a region's list, to be changed at will."""
    name, country = _NAMES[territory]
    parts = {"name": name, "country": country, "code": territory.lower()}
    text = _SOURCES[territory].format(
        about=_ABOUT.format(**parts),
        provider=_PROVIDER.format(**parts),
        hk_provider=_PROVIDER.format(name="Hongkong Post", country="HK"),
    )
    return tomllib.loads(text)


def draft(territory: Territory, change: Callable[[dict[str, Any]], object] | None = None) -> TrustList:
    values = copy.deepcopy(source(territory))
    if change:
        change(values)
    return draft_list(values, issued=ISSUED, load=load)


def sign(content: TrustList, signer: str | None = None) -> bytes:
    by = authorities()[signer or f"{content.territory}-signer".lower()]
    return sign_list(write_list(content), by, by.der, content.issued)


def signed(content: TrustList, signer: str | None = None) -> SignedTrustList:
    by = authorities()[signer or f"{content.territory}-signer".lower()]
    return read_list(sign(content, signer), [by.der])


def relied_on(**changes: Callable[[dict[str, Any]], object]) -> Mapping[Territory, Reliance]:
    """Return the three lists in force, each written, signed and read again."""
    made = {t: signed(draft(t, change)) if (change := changes.get(t.lower())) else _unchanged(t) for t in (GD, HK, MO)}
    return {territory: reliance_at(one, NOW) for territory, one in made.items()}


@cache
def _unchanged(territory: Territory) -> SignedTrustList:
    return signed(draft(territory))
