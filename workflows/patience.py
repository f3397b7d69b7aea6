"""How long each activity may take, and how it is tried again. No activity ever gives up: a deadline does not lapse
because a database was down.
"""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig

_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), backoff_coefficient=2, maximum_interval=timedelta(seconds=2)
)

#: One short transaction, whose statements end after 2 s. A worker killed in it costs the whole time-out.
BRIEF = ActivityConfig(start_to_close_timeout=timedelta(seconds=3), retry_policy=_SOON)

#: The digests of millions of contributions: the work shows that it lives every 2 s.
LONG = ActivityConfig(
    start_to_close_timeout=timedelta(hours=1), heartbeat_timeout=timedelta(seconds=6), retry_policy=_SOON
)
