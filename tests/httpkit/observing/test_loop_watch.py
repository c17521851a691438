"""Stalls of the loop are seen."""

import asyncio
import time

from prometheus_client import REGISTRY

from doings.httpkit.observing.loop_watch import LoopWatch


async def test_a_stall_of_the_loop_is_seen() -> None:
    """As long as the next look at the loop comes too late."""
    watch = LoopWatch()
    watch.start()
    await asyncio.sleep(0.01)
    time.sleep(0.3)  # noqa: ASYNC251 - this is the stall
    await asyncio.sleep(0.01)
    await watch.stop()

    assert (REGISTRY.get_sample_value("doings_loop_stall_seconds") or 0) >= 0.15
