"""The processes of the project itself under `concertation up`: a worker and an API, or several of each.

Several APIs answer at one address, on which `up` listens for them: it hands the socket down and never takes from it. So
whoever connects waits for no process in particular, and for a moment only while none is there. Each API has an address
of its own besides, on loopback, where it says how it is.
"""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence

from server.data_folder import DataFolder
from server.errors import CommandFailed
from server.process import OwnProcess, by_file, by_http
from server.settings import Settings

_Ready = Callable[[OwnProcess], Awaitable[bool]]
_BACKLOG = 2048
_OWN = "127.0.0.1"
#: Connections that a process has besides those of `pool_max_size`: it listens, exports, seals, looks for what is old.
_BESIDE_ITS_POOL = 8
_FOR_OPERATORS = 20
#: Seconds that a process may take to stop beyond those that it is given to let work in hand finish.
_TO_STOP = 5.0


class AddressTaken(CommandFailed):
    """Nobody can listen where the APIs should answer."""

    def __init__(self, host: str, port: int, fault: OSError) -> None:
        super().__init__(f"api: {host}:{port} cannot be listened on: {fault.strerror}. Give another --port.")


class Replicas:
    """Makes them, and says where each API answers for itself."""

    def __init__(
        self, settings: Settings, folder: DataFolder, program: str, port: int, environment: Mapping[str, str]
    ) -> None:
        """Nothing is started yet. `port` is where all APIs answer, `environment` what all processes get."""
        self._settings = settings
        self._folder = folder
        self._program = program
        self._port = port
        self._environment = environment
        self._shared: socket.socket | None = None
        #: `host:port` of each API, by the name of its process.
        self.addresses: dict[str, str] = {}
        #: Where each process tells its metrics.
        self.metrics: dict[str, str] = {}

    def workers(self) -> list[OwnProcess]:
        """Make the workers."""
        made = []
        for name in _names("worker", self._settings.worker_processes):
            file = self._folder.run / f"{name}.ready"
            env = self._own("DATABASE_URL", CONCERTATION_READY_FILE=str(file))
            made.append(self._process(name, env, by_file(file)))
        return made

    def apis(self) -> list[OwnProcess]:
        """Make the APIs; of several, none is reached before the first has started, and nobody is refused."""
        names = _names("api", self._settings.api_processes)
        if len(names) == 1:
            host = reachable(self._settings.host)
            self.addresses["api"] = f"{host}:{self._port}"
            env = self._own(
                "WORKER_DATABASE_URL", CONCERTATION_READY_FILE=str(self._folder.run / "api.ready")
            )
            return [self._process("api", env, by_http(host, self._port, "/readyz"))]
        self._shared = _listening(self._settings.host, self._port)
        return [self._replica(name, self._shared.fileno()) for name in names]

    def close(self) -> None:
        """Listen no more: once the APIs have stopped, whoever connects is refused."""
        if self._shared is not None:
            self._shared.close()

    def _replica(self, name: str, shared: int) -> OwnProcess:
        port = self._folder.port(name, _OWN)
        self.addresses[name] = f"{_OWN}:{port}"
        env = self._own(
            "WORKER_DATABASE_URL",
            CONCERTATION_READY_FILE=str(self._folder.run / f"{name}.ready"),
            CONCERTATION_PORT=str(port),
            CONCERTATION_LISTEN_FD=str(shared),
        )
        return self._process(name, env, by_http(_OWN, port, "/readyz"), handed=[shared])

    def _process(
        self, name: str, env: Mapping[str, str], ready: _Ready, handed: Sequence[int] = ()
    ) -> OwnProcess:
        within = stops_within(self._settings)
        log, port = self._folder.log(name.removesuffix("-1")), self._folder.port(f"{name}-metrics", _OWN)
        self.metrics[name] = f"http://{_OWN}:{port}/metrics"
        env = {**env, "CONCERTATION_METRICS_HOST": _OWN, "CONCERTATION_METRICS_PORT": str(port)}
        return OwnProcess(name, self._program, log, env, ready, handed=handed, stops_within=within)

    def _own(self, withheld: str, **more: str) -> dict[str, str]:
        """Give what all get, without the addresses of the database that this process does not need."""
        not_for_it = ("OWNER_DATABASE_URL", "CONCERTATION_PROVISION_DATABASE_URL", withheld)
        return {name: value for name, value in self._environment.items() if name not in not_for_it} | more


def reachable(host: str) -> str:
    """An address for programs of this machine of what listens on `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host


def stops_within(settings: Settings) -> float:
    """Seconds after which a worker or an API that was told to stop is killed instead."""
    return settings.drain_delay + settings.shutdown_timeout + _TO_STOP


def connections(settings: Settings) -> int:
    """How many connections PostgreSQL should let in: for all processes, with some for operators. 100 at least."""
    processes = settings.api_processes + settings.worker_processes
    beside = processes * (settings.pool_max_size + _BESIDE_ITS_POOL)
    return max(100, beside + settings.worker_processes * settings.mail_connections + _FOR_OPERATORS)


def _names(kind: str, count: int) -> list[str]:
    return [kind] if count == 1 else [f"{kind}-{number}" for number in range(1, count + 1)]


def _listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host.strip("[]"), port))
        made.listen(_BACKLOG)
    except OSError as fault:
        made.close()
        raise AddressTaken(host, port, fault) from None
    return made
