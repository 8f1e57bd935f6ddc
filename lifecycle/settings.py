"""What can be set: environment over `lifecycle.toml` over defaults."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from features.home import Home


class Settings(BaseSettings):
    """Settings of one installation; each is an environment variable `LIFECYCLE_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="LIFECYCLE_", toml_file="lifecycle.toml", extra="ignore")

    home_folder: Path = Field(default=Path("var"), validation_alias="LIFECYCLE_HOME")
    database_url: SecretStr | None = None
    mlflow_tracking_uri: str | None = Field(default=None, validation_alias="MLFLOW_TRACKING_URI")
    signing_key: Path = Path(platformdirs.user_config_dir("lifecycle")) / "signing.key"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    drain_seconds: float = Field(default=5.0, ge=0)
    admission_limit: int = Field(default=64, ge=1)
    body_limit_bytes: int = Field(default=8 << 20, ge=1024)

    @property
    def home(self) -> Home:
        """Return the folder of this installation."""
        return Home(self.home_folder)

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
