"""The protocol graphql-transport-ws, probe by probe, against a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest
import pytest_asyncio

from tests.api.sockets import served
from tests.api.stage import Stage
from tests.conformance.probes import PROBES, Site
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def site(stage: Stage) -> AsyncIterator[Site]:
    """A draft that its coordinator follows; a socket has half a second to begin."""
    await stage.draft()
    house, titles = stage.house, count()

    async def happen() -> None:
        await stage.do("AmendDraft", "coordinator", title=f"Titre {next(titles)}")

    settings = house.settings.model_copy(update={"socket_init_timeout": 0.5})
    app = create_app(settings, sender=house.sender)
    async with app.router.lifespan_context(app), served(app) as address:
        yield Site(
            address=f"ws://{address}/graphql",
            authorization=f"Bearer {house.token('coordinator')}",
            concertation=stage.id,
            happen=happen,
        )


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
async def test_the_protocol_is_kept(probe: Callable[[Site], Awaitable[None]], site: Site) -> None:
    await probe(site)
