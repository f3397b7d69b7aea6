"""The production shape: no default password, every service watched, each with only the addresses it needs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.embedded.postgres import programs
from server.settings import Settings

HOUSE = Path(__file__).parents[2]
CADDYFILE = HOUSE / "docker" / "caddy" / "Caddyfile"
APIS = ("api-1", "api-2")
WORKERS = ("worker-1", "worker-2")
MONITORING = ("prometheus", "grafana")
OWN = ("migrate", "backup", *WORKERS, *APIS)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())
    return whole


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example of the environment, filled in."""
    file = tmp_path / "env"
    file.write_text(
        re.sub(r"=$", "=filled", (HOUSE / "docker" / "example.env").read_text(), flags=re.MULTILINE)
    )
    return file


def test_no_password_has_a_default() -> None:
    text = (HOUSE / "docker-compose.yml").read_text()
    named = re.findall(r"\$\{(\w*PASSWORD)([^}]*)\}", text)
    assert len(named) > 5
    assert [name for name, rest in named if not rest.startswith(":?")] == []
    assert re.findall(r"PASSWORD: (?!\$)\S+|PWD: (?!\$)\S+", text) == []


def test_every_service_that_stays_up_has_a_health_check_or_depends_on_one(compose: dict[str, Any]) -> None:
    staying = {name: s for name, s in compose["services"].items() if s.get("restart") == "unless-stopped"}
    assert set(staying) == {"postgres", "temporal", "temporal-ui", "proxy", *MONITORING, *WORKERS, *APIS}
    assert [name for name, service in staying.items() if "healthcheck" not in service] == ["temporal-ui"]


def test_what_runs_once_is_waited_for_by_what_needs_it(compose: dict[str, Any]) -> None:
    for name in (*WORKERS, *APIS):
        for before in ("migrate", "temporal-namespace"):
            assert compose["services"][name]["depends_on"][before] == {
                "condition": "service_completed_successfully"
            }


def test_each_process_gets_only_the_addresses_it_needs(compose: dict[str, Any]) -> None:
    given = {
        name: {
            variable
            for variable in compose["services"][name]["environment"]
            if variable.endswith("DATABASE_URL")
        }
        for name in OWN
    }
    assert [given[name] for name in APIS] == [{"DATABASE_URL"}] * 2
    assert [given[name] for name in WORKERS] == [{"WORKER_DATABASE_URL"}] * 2
    assert len(given["migrate"]) == 4
    assert len(given["backup"]) == 2, "the owner's, and the superuser's, who alone reads everything"


def test_our_processes_run_without_rights(compose: dict[str, Any]) -> None:
    for name in (*OWN, *MONITORING, "proxy"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert "\nUSER concertation\n" in (HOUSE / "Dockerfile").read_text()


def test_the_image_has_the_programs_that_a_backup_needs(tmp_path: Path) -> None:
    dockerfile = (HOUSE / "Dockerfile").read_text()
    (run,) = re.findall(r"^RUN (install -d /postgresql.*?[^\\])$", dockerfile, flags=re.MULTILINE | re.DOTALL)
    installed = programs().parents[2]
    here = run.replace("/build/lib/python3.11/site-packages", str(installed)).replace(
        "/postgresql", f"{tmp_path}/postgresql"
    )
    subprocess.run(["sh", "-ec", here], check=True)
    (path,) = re.findall(r"^ENV PATH=\S*:/opt(/postgresql\S+)", dockerfile, flags=re.MULTILINE)
    for program in ("pg_dump", "pg_restore", "psql"):
        said = subprocess.run(
            [f"{tmp_path}{path}/{program}", "--version"], env={}, capture_output=True, check=True
        )
        assert b"(PostgreSQL) 18" in said.stdout


def test_databases_and_temporal_are_published_nowhere(compose: dict[str, Any]) -> None:
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"proxy", "temporal-ui", *MONITORING}
    for name in ("temporal-ui", *MONITORING):
        assert [port.partition(":")[0] for port in compose["services"][name]["ports"]] == ["127.0.0.1"]
    assert compose["networks"]["behind"] == {"internal": True}


def test_only_the_proxy_is_believed_about_whom_it_hands_on(compose: dict[str, Any]) -> None:
    beside = {name for name, service in compose["services"].items() if "doors" in service.get("networks", [])}
    assert beside == {"proxy", *APIS}
    (subnet,) = compose["networks"]["doors"]["ipam"]["config"]
    for name in APIS:
        assert compose["services"][name]["environment"]["FORWARDED_ALLOW_IPS"] == subnet["subnet"]
        assert not {"front"} & set(compose["services"][name]["networks"]), (
            "by which the proxy could come, too"
        )


def test_prometheus_reads_every_process_and_only_where_it_is_wanted(compose: dict[str, Any]) -> None:
    prometheus = yaml.safe_load((HOUSE / "docker" / "prometheus" / "prometheus.yml").read_text())
    read = {
        target
        for job in prometheus["scrape_configs"]
        for given in job["static_configs"]
        for target in given["targets"]
    }
    services = compose["services"]
    told = {
        f"{name}:{services[name]['environment']['CONCERTATION_METRICS_PORT']}" for name in (*WORKERS, *APIS)
    }
    assert read == told
    assert [services[name]["profiles"] for name in MONITORING] == [["monitoring"]] * 2
    mounted = [
        mount.partition(":")[0]
        for name, service in services.items()
        for mount in service.get("volumes", [])
        if mount.startswith("./")
    ]
    assert [mount for mount in mounted if not (HOUSE / mount).exists()] == []


def test_an_api_that_stops_is_out_of_the_proxys_list_before_it_closes(compose: dict[str, Any]) -> None:
    asked = dict(re.findall(r"health_(interval|timeout) (\d+)s", CADDYFILE.read_text()))
    seen_after = int(asked["interval"]) + int(asked["timeout"])
    for name in APIS:
        service = compose["services"][name]
        delay = int(service["environment"]["CONCERTATION_DRAIN_DELAY"])
        assert delay > seen_after
        assert int(service["stop_grace_period"].removesuffix("s")) > delay + Settings().shutdown_timeout


def test_temporal_has_the_shards_that_it_will_always_have(compose: dict[str, Any]) -> None:
    shards = compose["services"]["temporal"]["environment"]["NUM_HISTORY_SHARDS"]
    assert f"docker-compose.yml takes {shards}:" in (HOUSE / "docs" / "scaling.md").read_text()
    assert "NUM_HISTORY_SHARDS" not in (HOUSE / "docker" / "example.env").read_text(), "nothing to try out"


def test_what_postgresql_writes_is_in_a_volume(compose: dict[str, Any]) -> None:
    assert "postgres:/var/lib/postgresql" in compose["services"]["postgres"]["volumes"]
    assert "postgres" in compose["volumes"]


def test_the_example_names_every_variable_that_must_be_given() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (HOUSE / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (HOUSE / "docker" / "example.env").read_text(), flags=re.MULTILINE))
    assert needed <= offered


@pytest.mark.parametrize("script", sorted((HOUSE / "docker").glob("*/*.sh")), ids=lambda script: script.name)
def test_the_scripts_are_shell(script: Path) -> None:
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    assert script.stat().st_mode & 0o111


@pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="docker-compose is not installed on this machine"
)
def test_docker_compose_understands_the_file(example: Path) -> None:
    command = [
        "docker-compose",
        "--env-file",
        str(example),
        "-f",
        str(HOUSE / "docker-compose.yml"),
        "config",
    ]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) >= {
        "postgres",
        "temporal",
        "proxy",
        *APIS,
        *WORKERS,
        "migrate",
    }


@pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="docker-compose is not installed on this machine"
)
def test_docker_compose_refuses_to_start_without_passwords(tmp_path: Path) -> None:
    (tmp_path / "env").touch()
    command = [
        "docker-compose",
        "--env-file",
        str(tmp_path / "env"),
        "-f",
        str(HOUSE / "docker-compose.yml"),
        "config",
    ]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode != 0
    assert "PASSWORD" in done.stderr
