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

    home_folder: Path = Field(Path("var"), validation_alias="LIFECYCLE_HOME")
    database_url: SecretStr | None = None
    signing_key: Path = Path(platformdirs.user_config_dir("lifecycle")) / "signing.key"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    drain_seconds: float = Field(5.0, ge=0)
    admission_limit: int = Field(64, ge=1)
    body_limit_bytes: int = Field(8 << 20, ge=1024)

    @property
    def home(self) -> Home:
        """Return the folder of this installation."""
        return Home(self.home_folder)

    @property
    def operational_database_url(self) -> str:
        """Return the URL of the operational database: the one set, else SQLite in the home folder."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.database}"

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
