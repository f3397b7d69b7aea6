"""Files that are there whole or not at all: written under another name first, never over one that exists."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.errors import CommandFailed


class FileNotWritten(CommandFailed):
    """The file cannot be written."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write; it gets its name at the end of the block, unless that raises.

    Raises:
        FileNotWritten: there is a file of that name, or it cannot be made.
    """
    part = path.with_name(f"{path.name}.part")
    if path.exists():
        raise FileNotWritten(
            f"{path} existe déjà et n’est pas remplacé. / {path} exists and is not replaced."
        )
    try:
        with part.open("wb") as file:
            os.chmod(part, 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # fails, where a rename would replace what came meanwhile
        part.unlink()
    except FileExistsError as fault:
        raise FileNotWritten(f"{path} existe déjà. / {path} exists. ({part})") from fault
    except OSError as fault:
        raise FileNotWritten(f"{path}: {fault.strerror}") from fault
