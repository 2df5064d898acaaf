"""Settings from a file and the environment: precedence, and every fault in one report."""

from __future__ import annotations

from pathlib import Path

import pytest

from idbridge.settings import Settings, SettingsFault, load


def home_with(path: Path, text: str) -> dict[str, str]:
    (path / "idbridge.toml").write_text(text, encoding="utf-8")
    return {"IDBRIDGE_HOME": str(path)}


def test_an_empty_home_gives_the_defaults(tmp_path: Path) -> None:
    settings = load({"IDBRIDGE_HOME": str(tmp_path)})
    assert settings == Settings(home=tmp_path)
    assert settings.database == f"sqlite:///{(tmp_path / 'idbridge.sqlite3').resolve()}"
    assert not settings.secure


def test_a_variable_overrides_the_file(tmp_path: Path) -> None:
    environment = home_with(tmp_path, 'issuer = "https://file.example"\nsession_seconds = 600')
    settings = load(
        {**environment, "IDBRIDGE_ISSUER": "https://variable.example", "IDBRIDGE_REACHABLE_NETWORKS": "10.0.0.0/8,::1/128"}
    )
    assert (settings.issuer, settings.session_seconds, settings.secure) == ("https://variable.example", 600, True)
    assert [str(network) for network in settings.private_networks] == ["10.0.0.0/8", "::1/128"]


def test_a_member_may_be_kept_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n", encoding="utf-8")
    settings = load(home_with(tmp_path, '[regions.MO]\nprotocol = "openid"\nclient_secret_file = "secret"'))
    assert settings.regions == {"MO": {"protocol": "openid", "client_secret": "hush"}}


def test_all_faults_are_reported_together(tmp_path: Path) -> None:
    text = 'issuer = "http://id.example"\nsession_seconds = 5\nunheard_of = 1\n[regions.MO]\nclient_secret_file = "missing"'
    with pytest.raises(SettingsFault) as caught:
        load(home_with(tmp_path, text))
    assert len(caught.value.faults) == 4
    assert {fault.split(":")[0] for fault in caught.value.faults} == {
        "issuer",
        "session_seconds",
        "unheard_of",
        "regions.MO.client_secret_file",
    }


@pytest.mark.parametrize("text", ["issuer = ", "\x00", "[regions", b"\xff\xfe".decode("latin-1")])
def test_a_broken_file_is_one_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsFault, match=r"idbridge\.toml"):
        load(home_with(tmp_path, text))


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example/",
        "https://id.example?x",
        "https://id.example#x",
        "id.example",
        "ftp://id.example",
        "http://10.0.0.1",
        "https://user@id.example",
        "http://localhost.example:80",
    ],
)
def test_an_unusable_issuer_is_refused(tmp_path: Path, issuer: str) -> None:
    with pytest.raises(SettingsFault, match="issuer"):
        load({"IDBRIDGE_HOME": str(tmp_path), "IDBRIDGE_ISSUER": issuer})


@pytest.mark.parametrize(
    "issuer",
    ["https://id.example", "https://id.example/tenant", "http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:8000"],
)
def test_usable_issuers(tmp_path: Path, issuer: str) -> None:
    assert load({"IDBRIDGE_HOME": str(tmp_path), "IDBRIDGE_ISSUER": issuer}).issuer == issuer
