"""How a worker or an API tells the process that started it that it serves: it writes its id into a file."""

import os
from pathlib import Path


def announce(file: Path | None) -> None:
    """Write this process's id into `file` (the setting `ready_file`); nothing if none was asked for."""
    if file is None:
        return
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(str(os.getpid()))
    draft.replace(file)
