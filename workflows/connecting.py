"""The one way to a client of Temporal: for the API, the worker and the reconciler alike."""

from collections.abc import Sequence

from temporalio.client import Client, Interceptor
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig

from workflows.payloads import data_converter

#: One attempt. Temporal's own retries hide whether the first attempt was sent, and whoever asks must know.
_ONCE = RetryConfig(max_retries=1)


async def connect(
    address: str,
    namespace: str,
    *,
    lazy: bool = False,
    full: bool = False,
    runtime: Runtime | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """Give a client of the Temporal at `address` (`host:port`); `runtime`: another than the SDK's own.

    A lazy client connects at its first call, and a worker cannot use it. Workers read in `full`: see payloads.py.

    Raises:
        RuntimeError: not lazy, and nobody answers.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(full=full),
        retry_config=_ONCE,
        lazy=lazy,
        runtime=runtime,
        interceptors=interceptors,
    )
