"""The identity providers that people sign in with: what the file says that CONCERTATION_PROVIDERS_FILE names."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from server.errors import CommandFailed
from server.issuers import require_private
from server.settings import SettingMissing, Settings

DISCOVERY = "/.well-known/openid-configuration"
_NAME = "CONCERTATION_PROVIDERS_FILE"

Text = Annotated[str, Field(min_length=1, max_length=1000)]
Algorithm = Literal["RS256", "ES256", "PS256"]
"""With these, `at_hash` is half a SHA-256. None works with a shared secret."""


class ProvidersRefused(CommandFailed):
    """The file of identity providers cannot be used."""


class Kind(StrEnum):
    """Whose particulars a provider has."""

    OIDC = "oidc"
    """None: OpenID Connect Core 1.0, with a proof of the code (RFC 7636) where the provider knows it."""
    PROCONNECT = "proconnect"
    """Agents of public services and companies: no parameter but those of its list, signed userinfo, `siret`."""
    FRANCECONNECT = "franceconnect"
    """Anybody: `acr_values`, signed userinfo (version 2)."""


class Label(BaseModel):
    """What the button says after "Sign in with"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: Text
    en: Text


class Provider(BaseModel):
    """A provider, and who we are there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Stands in addresses and in sessions.
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    kind: Kind = Kind.OIDC
    label: Label
    #: The address of its document, which ends in /.well-known/openid-configuration.
    discovery_url: Text
    #: `iss` of its tokens, where it is not the beginning of that address.
    issuer: Text | None = None
    client_id: Text
    #: The environment variable, or the file, that holds the secret: one of the two.
    client_secret_env: Text | None = None
    client_secret_file: Path | None = None
    #: What is asked for. Unset: who somebody is, and of ProConnect their organisation; never a name or an address.
    scopes: tuple[Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,100}$")], ...] | None = None
    #: What its tokens may be signed with.
    algorithms: tuple[Algorithm, ...] = Field(("RS256", "ES256"), min_length=1)
    #: The level that FranceConnect is asked for.
    acr_values: Literal["eidas1", "eidas2", "eidas3"] = "eidas1"
    #: Set by `read_providers`, from the environment or the file.
    client_secret: SecretStr = Field(SecretStr(""), exclude=True, repr=False)

    @field_validator("discovery_url")
    @classmethod
    def _is_private(cls, url: str) -> str:
        require_private(url)
        return url

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.client_secret_env is None) == (self.client_secret_file is None):
            raise ValueError("either client_secret_env or client_secret_file is needed, and not both")
        if self.client_secret.get_secret_value():
            raise ValueError("the secret itself does not belong into this file")
        if self.issuer is None and not self.discovery_url.endswith(DISCOVERY):
            raise ValueError(f"discovery_url ends in {DISCOVERY}, or issuer is needed")
        if self.scopes is not None and "openid" not in self.scopes:
            raise ValueError("scopes need openid")
        return self

    @property
    def named_issuer(self) -> str:
        """`iss` of its tokens (OpenID Connect Discovery 1.0, 4.1)."""
        return self.issuer or self.discovery_url.removesuffix(DISCOVERY)

    @property
    def asked_scopes(self) -> str:
        """What is asked for, as it stands in addresses."""
        usual = ("openid", "siret") if self.kind is Kind.PROCONNECT else ("openid",)
        return " ".join(self.scopes or usual)

    @property
    def secret(self) -> str:
        """The secret that we share with it."""
        return self.client_secret.get_secret_value()

    def name(self, language: str) -> str:
        """What people know it by."""
        return self.label.en if language == "en" else self.label.fr


def read_providers(settings: Settings) -> dict[str, Provider]:
    """Read them, by id, in the order of the file; none where no file is named, or an empty one.

    Raises:
        ProvidersRefused: the file, or a secret, cannot be read, or is none.
        SettingMissing: providers need the address of this service, which people are sent back to, outside loopback.
    """
    file = settings.providers_file
    if file is None:
        return {}
    try:
        content = yaml.safe_load(file.read_text())
        if isinstance(content, dict) and content.keys() == {"providers"}:
            content = content["providers"]
        if content is None:  # an empty file: none
            return {}
        found = TypeAdapter(tuple[Provider, ...]).validate_python(content)
    except ValidationError as fault:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors(include_url=False)
        )
        raise ProvidersRefused(f"{_NAME}: {file} cannot be used. {faults}") from None
    except (OSError, ValueError, yaml.YAMLError) as fault:
        raise ProvidersRefused(f"{_NAME}: {file} cannot be read ({fault}).") from fault
    _require_address(settings)
    if len({one.id for one in found}) < len(found) or len({one.named_issuer for one in found}) < len(found):
        raise ProvidersRefused(f"{_NAME}: {file} names each provider, and each issuer, once.")
    return {one.id: one.model_copy(update={"client_secret": _secret(one)}) for one in found}


def _require_address(settings: Settings) -> None:
    if settings.public_url is None and not settings.on_loopback:
        raise SettingMissing("CONCERTATION_PUBLIC_URL")
    if settings.public_url is not None:
        try:
            require_private(settings.public_url)
        except ValueError:
            raise ProvidersRefused(
                f"CONCERTATION_PUBLIC_URL, {settings.public_url}, is no https address: nobody signs in over a line "
                "that others read. Browsers do not keep the cookie there either."
            ) from None


def _secret(provider: Provider) -> SecretStr:
    try:
        given = (
            os.environ.get(provider.client_secret_env, "")
            if provider.client_secret_env
            else Path(provider.client_secret_file or "").read_text()
        ).strip()
    except (OSError, ValueError) as fault:
        raise ProvidersRefused(f"{_NAME}: the secret of {provider.id} cannot be read ({fault}).") from None
    if not given:
        where = provider.client_secret_env or provider.client_secret_file
        raise ProvidersRefused(f"{_NAME}: {where}, which holds the secret of {provider.id}, is empty.")
    return SecretStr(given)


def callback_path(provider: str) -> str:
    """Where a provider sends people back to: an address to be registered there."""
    return f"/sign-in/{provider}/callback"


SIGNED_OUT = "/signed-out"
"""Where providers send people back to who signed out: to be registered there, too."""
