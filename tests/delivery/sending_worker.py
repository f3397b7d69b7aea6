"""A worker to be killed: `python -m tests.delivery.sending_worker`, with its order on standard input."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from activities.delivering import Delivery
from activities.mail_way import Patience
from activities.mailing import Mailing
from store.pool import open_pool


async def _send(order: dict[str, Any]) -> None:
    pool = await open_pool(order["dsn"], application="tests: killed", statement_timeout=20)
    patience = Patience(**order.pop("patience"))
    folder = order.pop("folder")
    mailing = Mailing(
        **{**order, "key": bytes.fromhex(order["key"])},
        patience=patience,
        folder=folder and Path(folder),
    )
    await Delivery(pool, mailing).work(0)


if __name__ == "__main__":
    asyncio.run(_send(json.load(sys.stdin)))
