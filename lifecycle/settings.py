"""What can be set: environment over `lifecycle.toml` over defaults."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from features.errors import InvalidInput
from features.home import Home
from serving.pruning.retention import Retention

_FILE = "lifecycle.toml"
_PREFIX = "LIFECYCLE_"
_MLFLOW = "mlflow_tracking_uri"
_READ_ELSEWHERE = frozenset(
    _PREFIX + name for name in ("API_KEY", "API_URL", "DATABASE_PASSWORD", "KEY", "RULE_TRIALS", "SHARED_DATA", "URL")
)
# What begins so is nested (and checked with its table), of the tests, or set by Kubernetes for a service called `lifecycle`.
_BEGINNINGS = tuple(_PREFIX + name for name in ("RETENTION__", "TEST", "SERVICE_", "PORT_"))
_LIKENESS = 0.75


class SettingsInvalid(InvalidInput):
    """A setting in the environment or in `lifecycle.toml` is not what it must be."""


def _home(given: object) -> object:
    if given == "":
        raise PydanticCustomError("home_empty", "needed the path of a folder, found an empty one; unset it, or name one")
    return Home(Path(given)) if isinstance(given, str | Path) else given


class Settings(BaseSettings):
    """Settings of one installation; each is an environment variable `LIFECYCLE_<NAME>`, or a key of `lifecycle.toml`.

    `LIFECYCLE_HOME` (key `home`) is the folder of everything that is kept; `MLFLOW_TRACKING_URI` names a tracking server.
    `LIFECYCLE_ADMIN_KEY` proves an admin, who alone may override a gate. `LIFECYCLE_SPARK_MASTER` names the cluster of
    `--engine spark`, which otherwise starts Spark on this machine. A key of `[retention]` is `LIFECYCLE_RETENTION__<NAME>`.
    `LIFECYCLE_PUBLIC_URL` is where people reach the agent page; `LIFECYCLE_EMBED_ORIGINS`, a JSON list, who may embed it.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, toml_file=_FILE, extra="forbid", env_nested_delimiter="__")

    home: Annotated[Home, NoDecode, BeforeValidator(_home)] = Home(Path("var"))
    database_url: SecretStr | None = None
    mlflow_tracking_uri: str | None = Field(
        default=None, validation_alias=AliasChoices("MLFLOW_TRACKING_URI", "mlflow_tracking_uri")
    )
    admin_key: SecretStr | None = None
    signing_key: Path = Path(platformdirs.user_config_dir("lifecycle")) / "signing.key"
    spark_master: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    drain_seconds: float = Field(default=5.0, ge=0)
    admission_limit: int = Field(default=64, ge=1)
    body_limit_bytes: int = Field(default=8 << 20, ge=1024)
    requests_per_minute: int = Field(default=60_000, ge=1)
    webhook_private_addresses: bool = False
    public_url: str = ""
    embed_origins: tuple[str, ...] = ()
    retention: Retention = Retention()

    def __init__(self, **values: Any) -> None:
        _refuse_misspelt(os.environ, type(self).model_fields)
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsInvalid(_listed(error)) from error
        except SettingsError as error:
            raise SettingsInvalid(
                f'needed lists in the environment as JSON, like ["https://crm.example.com"], found otherwise: {error}'
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsInvalid(f"needed TOML in {_FILE}, found a fault: {error}") from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: what is passed, then the environment, then the TOML file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _refuse_misspelt(environment: Iterable[str], known: Iterable[str]) -> None:
    """Refuse variables that look like settings and are none, which would be ignored in silence.

    Raises
    ------
    SettingsInvalid
        Naming each, and the settings with names like it.
    """
    settings = [_PREFIX + name.upper() for name in known if name != _MLFLOW]
    strangers = sorted(name for name in environment if name.upper().startswith(_PREFIX) and not _is_known(name.upper(), settings))
    if strangers:
        told = [f"  {name}{_meant(name.upper(), settings)}" for name in strangers]
        raise SettingsInvalid("\n".join([f"needed only settings under {_PREFIX}, found names of none; unset or rename:", *told]))


def _said(fault: ErrorDetails) -> str:
    if fault["type"] not in ("extra_forbidden", "unexpected_keyword_argument"):
        return fault["msg"]
    siblings = list(Settings.model_fields) if len(fault["loc"]) == 1 else [field.name for field in fields(Retention)]
    return f"there is no such setting{_meant(str(fault['loc'][-1]), siblings)}"


def _is_known(name: str, settings: Sequence[str]) -> bool:
    return name in settings or name in _READ_ELSEWHERE or name.startswith(_BEGINNINGS)


def _meant(name: str, settings: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, settings, n=2, cutoff=_LIKENESS)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _listed(error: ValidationError) -> str:
    """One line a fault, naming the setting; the value itself may be a secret and is not repeated."""
    faults = [f"  {'.'.join(str(part) for part in fault['loc'])}: {_said(fault)}" for fault in error.errors(include_input=False)]
    return "\n".join([f"needed valid settings (LIFECYCLE_<NAME> in the environment, or {_FILE} here); found", *faults])
