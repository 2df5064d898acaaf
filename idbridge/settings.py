"""What an operator sets: one frozen value, read from ``idbridge.toml`` and the environment, every fault reported together.

`IDBRIDGE_HOME` says where all state of an instance lives; ``idbridge.toml`` in it holds the rest, and a variable
``IDBRIDGE_<NAME>`` overrides a top-level entry (``IDBRIDGE_DATABASE_URL``). Regions are tables ``[regions.<CODE>]`` whose
members are those of the region's protocol (`regions.catalogue`). A member whose name ends in ``_file`` names a file that holds
the value, so that no secret need stand in the settings.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from idbridge.outbound import Network

SETTINGS_FILE = "idbridge.toml"
DEFAULT_HOME = Path("var")
DEFAULT_ISSUER = "http://127.0.0.1:8000"


class SettingsFault(Exception):
    """The settings cannot be used; `faults` lists everything that is wrong with them, one line each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _issuer(value: str) -> str:
    """Check an issuer identifier (RFC 8414 §2): https, or http on this machine; no query, fragment or trailing slash."""
    scheme, separator, rest = value.partition("://")
    host = rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]
    loopback = host in {"127.0.0.1", "localhost", "[::1]"}
    if not separator or not rest or scheme not in {"http", "https"} or any(mark in rest for mark in "?#@ "):
        raise ValueError("an issuer is a URL without query and fragment")
    if scheme == "http" and not loopback:
        raise ValueError("an issuer is https, except on this machine")
    if value.endswith("/"):
        raise ValueError("an issuer ends without a slash")
    return value


def _network(value: str) -> str:
    ipaddress.ip_network(value)
    return value


class Settings(BaseModel):
    """One instance's settings. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = DEFAULT_HOME
    issuer: Annotated[str, AfterValidator(_issuer)] = DEFAULT_ISSUER
    database_url: str = ""
    """SQLAlchemy URL; empty: an SQLite file in the home."""
    redis_url: str = ""
    """``redis://``, ``rediss://``, ``unix://`` or ``redis+cluster://``; empty: an embedded Valkey on a socket in the home."""
    default_language: str = "en"
    regions: dict[str, dict[str, Any]] = Field(default_factory=dict)
    reachable_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Private networks that providers and responders may be in; the loopback for the sandbox. Certificates in documents that
    strangers send can name addresses in them as well, so they are best named narrowly."""
    outbound_plain_http: bool = False
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    """How many reverse proxies in front set ``X-Forwarded-For`` and ``X-Forwarded-Proto``."""
    session_seconds: Annotated[int, Field(ge=60, le=86400)] = 8 * 3600
    sign_ins_per_minute: Annotated[int, Field(ge=1)] = 60
    """How many sign-ins one address may begin in a minute: a family behind one router, not a script."""
    trust_refresh_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 60
    """How often `idbridge serve` asks for the trust lists anew; 0: never, the operator does."""
    report_certificate: Path | None = None
    """PEM: the certificate that reports are signed under, then those above it. Left out: the instance certifies itself.
    A relative path starts in the home, as that of the secret does."""
    report_key: str = ""
    """Where its key is: a PKCS#8 file, or a PKCS#11 URI."""
    report_key_secret_file: Path | None = None
    """The file that holds the key file's password or the token's PIN."""
    samples: Path | None = None
    """A folder of documents to try on the page that verifies (`services.samples`); the demonstration has one."""
    contact: str = ""
    """Whom the privacy and accessibility pages name."""

    @property
    def secure(self) -> bool:
        """Whether the bridge is reached by HTTPS: its cookies are then ``__Host-`` and ``Secure``."""
        return self.issuer.startswith("https://")

    @property
    def database(self) -> str:
        """The URL of the durable store."""
        return self.database_url or f"sqlite:///{(self.home / 'idbridge.sqlite3').resolve()}"

    @property
    def private_networks(self) -> tuple[Network, ...]:
        """The private networks that may be reached."""
        return tuple(ipaddress.ip_network(network) for network in self.reachable_networks)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of the instance that the environment names. Raises `SettingsFault` with all faults at once."""
    variables = os.environ if environment is None else environment
    home = Path(variables.get("IDBRIDGE_HOME") or DEFAULT_HOME)
    values = _from_file(home / SETTINGS_FILE)
    for name in Settings.model_fields:
        if value := variables.get(f"IDBRIDGE_{name.upper()}"):
            values[name] = _of_variable(name, value)
    values["home"] = home
    faults: list[str] = []
    values["regions"] = {code: _with_files(table, home, code, faults) for code, table in _tables(values.get("regions"))}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        faults += [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise SettingsFault(tuple(faults)) from None
    if faults:
        raise SettingsFault(tuple(faults))
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsFault((f"{path}: {error}",)) from None


def _of_variable(name: str, value: str) -> object:
    """Read a variable: lists are separated by commas, everything else is for the field's own type to read."""
    return tuple(value.split(",")) if name == "reachable_networks" else value


def _tables(regions: object) -> list[tuple[str, dict[str, Any]]]:
    return [(code, table) for code, table in regions.items() if isinstance(table, dict)] if isinstance(regions, dict) else []


def _with_files(table: dict[str, Any], home: Path, code: str, faults: list[str]) -> dict[str, Any]:
    """Replace each ``NAME_file`` by ``NAME`` with the file's content; relative paths start in the home."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if not name.endswith("_file"):
            found[name] = value
            continue
        try:
            found[name.removesuffix("_file")] = (home / str(value)).read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"regions.{code}.{name}: {error}")
    return found
