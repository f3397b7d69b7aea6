"""Child processes: they log, they end when asked, they end with their parent, and failures tell what was logged."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from server.embedded.child import Child, ChildFailed, is_alive, stop_stranger

#: Prints its id once it is ready to be killed.
PARENT = """
import sys
from pathlib import Path
from server.embedded.child import Child
child = Child("sleeper", Path(sys.argv[1]))
child.spawn(["sleep", "60"])
print(child.pid, flush=True)
sys.stdin.read()
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"


async def never() -> bool:
    return False


async def said(log: Path, word: str) -> bool:
    return word in log.read_text()


async def test_a_child_that_fails_at_once_tells_its_last_words(tmp_path: Path) -> None:
    child = Child("talker", tmp_path / "talker.log")
    child.spawn([sys.executable, "-c", "print('no such port'); raise SystemExit(3)"])
    with pytest.raises(
        ChildFailed, match=r"(?s)talker: ended at once with exit code 3.*no such port.*talker\.log"
    ):
        await child.until(never, within=10)


async def test_a_child_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    child = Child("sleeper", tmp_path / "log")
    child.spawn(["sleep", "60"])
    with pytest.raises(ChildFailed, match="did not answer within"):
        await child.until(never, within=0.05)
    await child.stop()
    assert child.pid is None


async def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("deaf", log)
    child.spawn([sys.executable, "-c", DEAF])
    await child.until(lambda: said(log, "deaf"), within=10)
    await child.stop(within=0.1)
    assert await child.ended() == -signal.SIGKILL


async def test_a_child_does_not_get_the_terminals_interrupt(tmp_path: Path) -> None:
    child = Child("sleeper", tmp_path / "log")
    child.spawn(["sleep", "60"])
    assert child.pid is not None
    assert psutil.Process(child.pid).terminal() is None
    await child.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parent")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([child], timeout=10)[1] == []


async def test_a_process_left_behind_is_ended_by_its_id(tmp_path: Path) -> None:
    shell = await asyncio.create_subprocess_exec(
        "sh", "-c", "sleep 60 >&- 2>&- & echo $!", stdout=subprocess.PIPE
    )
    pid = int((await shell.communicate())[0])
    assert is_alive(pid, "sleep")
    await stop_stranger(pid, signal.SIGTERM)
    assert not is_alive(pid)


def test_another_program_under_an_old_id_is_not_taken_for_ours() -> None:
    assert not is_alive(psutil.Process().pid, "temporal.db of nobody")
