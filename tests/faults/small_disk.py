"""`concertation up` whose data are on a file system of their own, small enough to be filled.

A mount that only those processes see, and that goes with them: it needs root, or a system on which anybody may have a
user namespace. Where neither is so the start fails and says so.
"""

from __future__ import annotations

import os
from pathlib import Path

from server.settings import Settings
from tests.faults.stack import Stack

_MOUNT = 'mount -t tmpfs -o "size=$1,mode=711" tmpfs "$2" && shift 2 && exec "$@"'
_PIECE = 1 << 20


class SmallDisk(Stack):
    """The stack on so many megabytes of memory."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        """Start nothing yet."""
        super().__init__(folder)
        self.data_dir.mkdir(mode=0o711)
        strange = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
        self._before = [
            *("unshare", *strange, "--mount", "sh", "-c", _MOUNT),
            *("sh", f"{megabytes}m", str(self.data_dir)),
        ]

    @property
    def settings(self) -> Settings:
        """Settings that sign tokens with its development key."""
        # As a copy: what is read would be resolved, out of the mount.
        return Settings().model_copy(update={"data_dir": self._from_outside(self.data_dir)})

    def database(self, role: str) -> str:
        """The address of PostgreSQL, whose socket is in there, too."""
        return super().database(role).replace("host=/", f"host={self._from_outside(Path('/'))}/")

    def fill(self) -> None:
        """Take all the room that is left."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (_PIECE, 512):
                try:
                    while ballast.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass  # that was all of this size

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self._from_outside(self.data_dir) / "ballast"

    def _from_outside(self, path: Path) -> Path:
        return Path(f"/proc/{self._up.pid}/root{path}")
