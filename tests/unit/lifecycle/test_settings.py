from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.settings import Settings, SettingsInvalid


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_environment_wins_over_the_file_over_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lifecycle.toml").write_text('home = "from-file"\nport = 9000\ndrain_seconds = 1.5\n')
    monkeypatch.setenv("LIFECYCLE_HOME", "from-environment")
    monkeypatch.setenv("LIFECYCLE_PORT", "9001")

    settings = Settings()

    assert settings.home.root == Path("from-environment")
    assert (settings.port, settings.drain_seconds, settings.host) == (9001, 1.5, "127.0.0.1")


def test_everything_is_kept_here_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIFECYCLE_HOME")
    monkeypatch.setenv("HOME", "/somewhere/else")

    assert Settings().home.root == Path("var")


def test_an_empty_home_is_not_taken_for_the_folder_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", "")

    with pytest.raises(SettingsInvalid, match="home: needed the path of a folder"):
        Settings()


def test_every_wrong_setting_is_named_and_no_value_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_PORT", "secret-text")
    monkeypatch.setenv("LIFECYCLE_ADMISSION_LIMIT", "-3")

    with pytest.raises(SettingsInvalid) as refusal:
        Settings()

    assert "port" in str(refusal.value)
    assert "admission_limit" in str(refusal.value)
    assert "secret-text" not in str(refusal.value)


def test_a_misspelt_key_in_the_file_is_not_ignored(tmp_path: Path) -> None:
    (tmp_path / "lifecycle.toml").write_text("prot = 9000\n")

    with pytest.raises(SettingsInvalid, match="prot"):
        Settings()


@pytest.mark.parametrize(
    ("text", "meant"), [("prot = 1\n", "did you mean port"), ("[retention]\ndecision_days = 1\n", "did you mean decisions_days")]
)
def test_a_misspelt_key_in_the_file_is_told_what_is_like_it(tmp_path: Path, text: str, meant: str) -> None:
    (tmp_path / "lifecycle.toml").write_text(text)

    with pytest.raises(SettingsInvalid, match=meant):
        Settings()


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lifecycle.toml").write_text("port = = 9000\n")

    with pytest.raises(SettingsInvalid, match="TOML"):
        Settings()


def test_the_url_of_the_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DATABASE_URL", "postgresql://me:hunter2@db/lifecycle")

    assert "hunter2" not in repr(Settings())


def test_retention_is_set_in_the_file_and_single_values_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lifecycle.toml").write_text("[retention]\nsnapshots = 3\nalerts_days = 90\n")
    monkeypatch.setenv("LIFECYCLE_RETENTION__ALERTS_DAYS", "60")

    keep = Settings().retention

    assert (keep.snapshots, keep.alerts_days, keep.models) == (3, 60, 5)


@pytest.mark.parametrize("line", ["snapshot = 3", "snapshots = 0", 'snapshots = "many"'])
def test_a_retention_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "lifecycle.toml").write_text(f"[retention]\n{line}\n")

    with pytest.raises(SettingsInvalid, match="retention"):
        Settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("LIFECYCLE_HOEM", "LIFECYCLE_HOME"), ("LIFECYCLE_ADMISION_LIMIT", "LIFECYCLE_ADMISSION_LIMIT"), ("lifecycle_prot", "PORT")],
)
def test_a_misspelt_variable_is_refused_with_what_may_have_been_meant(monkeypatch: pytest.MonkeyPatch, name, meant) -> None:
    monkeypatch.setenv(name, "secret-text")

    with pytest.raises(SettingsInvalid, match=meant) as refusal:
        Settings()

    assert name in str(refusal.value)
    assert "secret-text" not in str(refusal.value)


@pytest.mark.parametrize(
    "name", ["LIFECYCLE_TEST_POSTGRES_URL", "LIFECYCLE_SHARED_DATA", "LIFECYCLE_KEY", "LIFECYCLE_SERVICE_HOST"]
)
def test_variables_that_others_read_are_left_alone(monkeypatch: pytest.MonkeyPatch, name) -> None:
    monkeypatch.setenv(name, "x")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example.com")

    assert Settings().mlflow_tracking_uri == "http://mlflow.example.com"


def test_a_list_that_is_no_json_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_EMBED_ORIGINS", "https://crm.example.com")

    with pytest.raises(SettingsInvalid, match="embed_origins"):
        Settings()
