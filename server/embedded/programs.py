"""Where the programs are that came as wheels: temporal, temporal-test-server, dbmate."""

import shutil
import sys
from pathlib import Path


def program(name: str) -> str:
    """The path of the program: beside this Python first, for .venv/bin need not be on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"The program {name} is not installed; run `make setup`.")
    return found
