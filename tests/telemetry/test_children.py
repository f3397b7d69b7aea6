"""Child processes that end by a fault: one line, without its text."""

import json
import subprocess
import sys


def test_a_child_that_ends_by_a_fault_says_of_what_kind_it_was() -> None:
    program = (
        "from store.fault_told import tell_no_more_than_this as tell\n"
        "tell('sealing')\n"
        "import logging\n"
        "logging.getLogger('asyncio').error('a task of %s', 'swordfish')\n"
        "raise ValueError('swordfish')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["fault"] == "ValueError"
    assert "swordfish" not in line + done.stdout
