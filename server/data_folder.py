"""The folder where an embedded installation keeps everything, and the lock that gives it to one `up` at a time."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.errors import CommandFailed
from server.free_port import free_port


class DataFolderInUse(CommandFailed):
    """Another `concertation up` already runs on this data folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        who = f" as process {holder}" if holder else ""
        super().__init__(
            f"Another `concertation up` already runs{who} on {folder}. Nothing was changed. "
            "Stop it, or give another folder with --data-dir."
        )


class DataFolderHalfRestored(CommandFailed):
    """A restoration into this data folder was broken off."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Le rétablissement d’une sauvegarde dans {folder} a été interrompu ; la sauvegarde est intacte. Supprimez "
            f"ce dossier et recommencez. / Restoring a backup into {folder} was broken off; the backup is intact. "
            "Delete this folder and restore again."
        )


class DataFolder:
    """Names what is where. Making one touches nothing; `locked` makes the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.postgres = path / "postgres"
        self.temporal = path / "temporal.db"
        self.logs = path / "logs"
        self.keys = path / "keys"
        self.run = path / "run"
        #: There as long as a backup is being restored here.
        self.restoring = path / "restoring"

    def log(self, name: str) -> Path:
        """The log file of the process `name`."""
        return self.logs / f"{name}.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; `DataFolderInUse` if another one does. The kernel frees a dead holder's."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o711)
        for folder in (self.logs, self.run):
            folder.mkdir(exist_ok=True, mode=0o700)
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise DataFolderInUse(self.path, lock.read().strip()) from None
            if self.restoring.exists():
                raise DataFolderHalfRestored(self.path)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    @property
    def _ports(self) -> Path:
        return self.run / "ports.json"

    def known_ports(self) -> dict[str, int]:
        """The ports that were given last, by name."""
        try:
            known: dict[str, int] = json.loads(self._ports.read_text())
        except (OSError, ValueError):
            return {}
        return known

    def port(self, name: str, host: str, wanted: int = 0) -> int:
        """A port for `name`: the one wanted, else the one it had the last time if it is still free, else a free one.

        The addresses that people and processes know stay the same from one start to the next.
        """
        if wanted:
            return wanted
        file, known = self._ports, self.known_ports()
        others = frozenset(p for n, p in known.items() if n != name)
        port = free_port(host, known.get(name, 0), avoid=others)
        file.write_text(json.dumps(known | {name: port}, indent=2))
        return port
