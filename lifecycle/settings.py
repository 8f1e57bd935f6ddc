"""What can be set: environment over `lifecycle.toml` over defaults."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from features.errors import InvalidInput
from features.home import Home
from serving.pruning.retention import Retention

_FILE = "lifecycle.toml"


class SettingsInvalid(InvalidInput):
    """A setting in the environment or in `lifecycle.toml` is not what it must be."""


def _home(given: object) -> object:
    return Home(Path(given)) if isinstance(given, str | Path) else given


class Settings(BaseSettings):
    """Settings of one installation; each is an environment variable `LIFECYCLE_<NAME>`, or a key of `lifecycle.toml`.

    `LIFECYCLE_HOME` (key `home`) is the folder of everything that is kept; `MLFLOW_TRACKING_URI` names a tracking server.
    `LIFECYCLE_ADMIN_KEY` proves an admin, who alone may override a gate. `LIFECYCLE_SPARK_MASTER` names the cluster of
    `--engine spark`, which otherwise starts Spark on this machine. A key of `[retention]` is `LIFECYCLE_RETENTION__<NAME>`.
    `LIFECYCLE_PUBLIC_URL` is where people reach the agent page; `LIFECYCLE_EMBED_ORIGINS`, a JSON list, who may embed it.
    """

    model_config = SettingsConfigDict(env_prefix="LIFECYCLE_", toml_file=_FILE, extra="forbid", env_nested_delimiter="__")

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
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsInvalid(_listed(error)) from error
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


def _listed(error: ValidationError) -> str:
    """One line a fault, naming the setting; the value itself may be a secret and is not repeated."""
    faults = [f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False)]
    return "\n".join([f"needed valid settings (LIFECYCLE_<NAME> in the environment, or {_FILE} here); found", *faults])
