"""The settings of every process, read once from the environment by the composition roots.

`CONCERTATION_` comes before each name; the addresses of PostgreSQL and Temporal also answer to the names that
every hosting service uses (`DATABASE_URL`, `TEMPORAL_ADDRESS`). Nothing below server/ reads the environment.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.files.permission import LARGEST
from server.errors import CommandFailed

Trusting = Literal["cookie", "everyone", "off"]
Seconds = Annotated[float, Field(gt=0)]
Points = Annotated[float, Field(gt=0)]


def _named(name: str, plain: str) -> AliasChoices:
    return AliasChoices(f"CONCERTATION_{name}", plain)


class Settings(BaseSettings):
    """What an operator may decide. Durations are in seconds unless their name says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="CONCERTATION_", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    #: Where `up` keeps the databases, keys and logs of an embedded installation.
    data_dir: Path = Path(".data")

    #: PostgreSQL as the API sees it: the application role, under row-level security.
    database_url: SecretStr | None = Field(None, validation_alias=_named("DATABASE_URL", "DATABASE_URL"))
    #: PostgreSQL as the worker sees it: the role that bypasses row-level security.
    worker_database_url: SecretStr | None = Field(
        None, validation_alias=_named("WORKER_DATABASE_URL", "WORKER_DATABASE_URL")
    )
    #: PostgreSQL as `migrate` sees it: the owner of the schema.
    owner_database_url: SecretStr | None = Field(
        None, validation_alias=_named("OWNER_DATABASE_URL", "OWNER_DATABASE_URL")
    )
    #: A superuser's address, given to `migrate` alone, once, where it should make the roles and the database.
    provision_database_url: SecretStr | None = None

    pool_min_size: int = Field(1, ge=0)
    pool_max_size: int = Field(10, ge=1)
    #: Longest wait for a connection of the pool and for one statement asked by the API.
    database_timeout: Seconds = 1.5
    #: `statement_timeout` of the transactions that append to the ledger.
    record_statement_timeout: Seconds = 2.0

    #: `host:port` of Temporal's front end.
    temporal_address: str | None = Field(
        None, validation_alias=_named("TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS")
    )
    temporal_namespace: str = Field(
        "concertation", validation_alias=_named("TEMPORAL_NAMESPACE", "TEMPORAL_NAMESPACE")
    )
    task_queue: str = "concertation"
    #: Longest wait for the outcome of a command before the answer is OUTCOME_UNKNOWN.
    command_timeout: Seconds = 2.5
    #: The longest that one query or mutation may take, with all its statements.
    operation_timeout: Seconds = 10.0
    #: How many workflows a worker keeps in memory, some 0.3 MB each; others are replayed when they are needed.
    workflows_in_memory: int = Field(1_000, ge=0)
    #: How often the worker looks for concertations whose workflow is missing.
    reconcile_every: Seconds = 60.0

    #: The address the API listens on. Outside loopback, development keys are refused.
    host: str = "127.0.0.1"
    #: 0 takes a free port.
    port: int = Field(0, ge=0, le=65535)
    #: How many APIs and how many workers `up` runs. Several APIs answer at the one address.
    api_processes: int = Field(1, ge=1, le=64)
    worker_processes: int = Field(1, ge=1, le=64)
    #: The file descriptor of the socket of that address, which `up` hands to each of them; `port` is then that of an
    #: address of its own, on loopback.
    listen_fd: int | None = Field(None, ge=3)
    #: The largest request body read, in bytes.
    max_body_bytes: int = Field(1_000_000, ge=1_000)
    #: Whether the API shows its schema: introspection, /schema.graphql, names that are alike in messages. Unset: on
    #: loopback alone.
    introspection: bool | None = None
    #: Whether queries may come by GET, too. What they ask is then in addresses, which proxies write down.
    queries_by_get: bool = True
    #: Who may ask nothing but the documents of graphql/operations: browsers with a `cookie`, `everyone`, or nobody
    #: (`off`). Unset: browsers, off loopback.
    trusted_documents: Trusting | None = None
    #: How long a socket may take to say who it is.
    socket_init_timeout: Seconds = 10.0
    #: Longest wait for the head of a request, and for a body that is read whole.
    request_timeout: Seconds = 10.0
    #: Longest wait for a client to read on what was sent.
    unread_timeout: Seconds = 30.0
    #: Whether callers are held to rates at all.
    rate_limits: bool = True
    #: Points a second of one viewer; what a point is, docs/limits.md says.
    rate_of_member: Points = 50.0
    #: Points a second of all who are not signed in, at one address.
    rate_of_anonymous: Points = 200.0
    #: Points a second of all who are signed in, at one address.
    rate_of_address: Points = 1_000.0
    #: So many seconds' worth of points may be used at once.
    rate_burst: Seconds = 30.0
    #: Operations at work at a time: of one viewer; of all who are not signed in at one address.
    operations_of_member: int = Field(30, ge=1)
    operations_of_address: int = Field(100, ge=1)
    #: Operations at work at a time in one process, whoever asks; beyond, the answer is 503 at once.
    operations_at_work: int = Field(128, ge=1)
    #: Sockets open at a time: of one viewer; of all who are not signed in at one address.
    sockets_of_member: int = Field(50, ge=1)
    sockets_of_address: int = Field(500, ge=1)
    #: Sockets that did not say yet who they are: of one address; in all, in one process.
    sockets_uninitialised: int = Field(50, ge=1)
    sockets_uninitialised_in_all: int = Field(500, ge=1)
    #: How long a socket may stay open, with all that it subscribed to; clients come again and go on.
    socket_ttl: timedelta = timedelta(hours=12)
    #: The address that the API is known by outside, for addresses in answers; unset: those are relative to it.
    public_url: str | None = None
    #: The names that the API answers to, with commas between, `*.` before one for all that end so, `*` for any. The one
    #: of `public_url` is always among them, those of this machine on loopback.
    hosts: str = ""
    #: The addresses or networks of reverse proxies, with commas between, `*` for any: whose X-Forwarded-For and
    #: X-Forwarded-Proto are believed. Nobody's unless they are named.
    trusted_proxies: str = Field("", validation_alias=_named("TRUSTED_PROXIES", "FORWARDED_ALLOW_IPS"))
    #: How long a stopping API goes on as before, but for /readyz, which says that it stops: as long as whoever
    #: watches it takes to see that.
    drain_delay: float = Field(0.0, ge=0)
    #: How long a stopping process lets work in hand finish.
    shutdown_timeout: Seconds = 5.0

    #: Calendars run in this time zone unless a procedure names territories.
    timezone: str = "Europe/Paris"
    #: The language of texts when a client asks for none.
    language: str = "fr"

    #: `iss` and `aud` of the tokens that the API accepts.
    token_issuer: str = "concertation"
    token_audience: str = "concertation"
    token_ttl: timedelta = timedelta(hours=12)
    #: The public keys (JSON Web Key Set) of the operator's identity provider; without it, the development key.
    jwks_file: Path | None = None
    #: Identity providers whose tokens are accepted besides, and where their public keys are (YAML or JSON).
    issuers_file: Path | None = None
    #: Identity providers that people sign in with in their browser (YAML or JSON).
    providers_file: Path | None = None

    #: How long a browser's session lasts at most, how long unused, and after how long its cookie is replaced.
    session_ttl: timedelta = Field(timedelta(hours=12), gt=timedelta(minutes=5), le=timedelta(days=31))
    session_idle_ttl: timedelta = Field(timedelta(hours=2), gt=timedelta(minutes=2))
    session_renewal: timedelta = Field(timedelta(minutes=30), gt=timedelta(minutes=1))

    #: Where files that people send are kept, and where they arrive; by default `files` in the data folder.
    files_dir: Path | None = None
    #: How many days sign-ins and refusals are kept: six months to a year (CNIL, deliberation 2021-122).
    audit_days: int = Field(180, ge=1, le=3650)
    #: How often the worker removes files that nothing has referred to for a day, and what is old of the audit.
    collect_every: Seconds = 3600.0
    #: The largest file taken, in bytes.
    max_file_bytes: int = Field(LARGEST, ge=1_000, lt=2**31)
    #: How long an address to send a file to, and one to fetch a file from, is good.
    upload_ttl: timedelta = timedelta(minutes=30)
    download_ttl: timedelta = timedelta(minutes=5)
    #: Longest wait for the next bytes of an upload.
    upload_idle_timeout: Seconds = 30.0
    #: What signs those addresses: 32 characters or more, the same for every API. Unset: a key of the data folder.
    ticket_key: SecretStr | None = Field(None, min_length=32)
    #: Those of before, with blanks between: what they signed still opens. docs/guides/rotate-keys.md says how long.
    former_ticket_keys: SecretStr | None = None
    #: An S3-compatible bucket to keep files in instead (they still arrive in `files_dir`), and how to reach it.
    s3_bucket: str | None = None
    s3_prefix: str | None = None
    s3_endpoint: str | None = None
    s3_region: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: SecretStr | None = None
    #: Longest wait for the bucket.
    s3_timeout: Seconds = 30.0
    #: `host:port` or the path of the socket of a clamd that looks at every file; unset: nobody looks.
    clamd_address: str | None = None
    #: Longest wait for its verdict.
    clamd_timeout: Seconds = 30.0

    #: Mails: by `smtp_url`, or kept in the data folder (`capture`), or none at all, which it is without either.
    mail: Literal["smtp", "capture", "off"] | None = None
    #: `smtp://user:password@host:port` (STARTTLS where offered), `smtp+starttls://` (or nothing is sent), `smtps://`.
    smtp_url: SecretStr | None = None
    #: The address that mails come from, alone; its domain ends their Message-ID.
    mail_from: str | None = None
    #: How many mails are on their way at once.
    mail_connections: int = Field(4, ge=1, le=50)
    #: Where people read concertations, for links in mails; unset: mails have none.
    site_url: str | None = None

    #: The least level of what is logged.
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    #: How: a JSON object a line, or text for people. Unset: text on a terminal, JSON elsewhere.
    log_format: Literal["json", "text"] | None = None

    #: Where Prometheus reads what a process measures, at /metrics; unset: nothing is measured. 0 takes a free port.
    metrics_port: int | None = Field(None, ge=0, le=65535)
    #: The address of that port: whoever reaches it reads it.
    metrics_host: str = "127.0.0.1"

    #: Where traces are sent, by OTLP over HTTP; unset: none are made. What else OTEL_… may say, the SDK reads.
    otlp_endpoint: str | None = Field(
        None, validation_alias=_named("OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    )

    #: Where a worker or an API writes its process id once it serves.
    ready_file: Path | None = None

    @field_validator("data_dir", "files_dir", "issuers_file", "jwks_file", "providers_file", "ready_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().resolve()

    @property
    def files_folder(self) -> Path:
        """Where files are kept, and where they arrive."""
        return self.files_dir or self.data_dir / "files"

    @property
    def on_loopback(self) -> bool:
        """Whether only programs of this machine can reach the API."""
        return is_loopback(self.host)

    @property
    def shows_schema(self) -> bool:
        """Whether the API tells what it can be asked."""
        return self.on_loopback if self.introspection is None else self.introspection

    @property
    def trusting(self) -> Trusting:
        """Who may ask trusted documents alone."""
        return self.trusted_documents or ("off" if self.on_loopback else "cookie")

    def database(self, role: str) -> str:
        """The address of PostgreSQL for `app`, `worker` or `owner`; `SettingMissing` if none was given."""
        given = {
            "app": ("DATABASE_URL", self.database_url),
            "worker": ("WORKER_DATABASE_URL", self.worker_database_url),
            "owner": ("OWNER_DATABASE_URL", self.owner_database_url),
        }
        name, url = given[role]
        if url is None:
            raise SettingMissing(name)
        return url.get_secret_value()

    def temporal(self) -> str:
        """`host:port` of Temporal; `SettingMissing` if none was given."""
        if self.temporal_address is None:
            raise SettingMissing("TEMPORAL_ADDRESS")
        return self.temporal_address


class SettingInvalid(CommandFailed):
    """A setting has a value that cannot be used."""


class SettingMissing(CommandFailed):
    """A setting that this command needs was not given."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is not set. Set it, or run `concertation up`, which starts what is missing."
        )
        self.name = name


def read_settings(**asked: Any) -> Settings:
    """The settings of the environment, with what the command line asks for over them; `SettingInvalid`."""
    try:
        return Settings(**{name: value for name, value in asked.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)
        )
        raise SettingInvalid(f"The settings cannot be used. {faults}") from None


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address to listen on, stays on this machine."""
    from ipaddress import ip_address

    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
