"""Leaving keeps the exit code and what was printed."""

import os
import subprocess
import sys

import pytest

LEAVE = "import sys; from server.leaving import leave; print('printed'); print('told', file=sys.stderr); leave({code})"


@pytest.mark.parametrize("code", [0, 1, 70])
def test_the_exit_code_and_the_last_words_arrive(code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVE.format(code=code)], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "printed\n", "told\n")


def test_a_reader_that_left_does_not_matter() -> None:
    shell = f'{sys.executable} -c "{LEAVE.format(code=7)}" | true; exit ${{PIPESTATUS[0]}}'
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    assert (
        subprocess.run(["bash", "-c", shell], capture_output=True, check=False, env=buffered).returncode == 7
    )


@pytest.mark.parametrize(("body", "code"), [("assert True", 0), ("assert False", 1)])
def test_pytest_itself_leaves_with_its_true_exit_code(
    pytester: pytest.Pytester, body: str, code: int
) -> None:
    pytester.makeconftest("from tests.conftest import pytest_sessionstart")
    pytester.makepyfile(f"def test_it():\n    {body}")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    done.assert_outcomes(passed=1 - code, failed=code)
    assert done.ret == code
