"""Pulls that are killed: nothing twice, nothing lost, and at most one page asked for again."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.running import Installation
from tests.pull.conftest import Puller, Vendor
from tests.pull.proxy import Between, proxy
from tests.pull.test_following import encounter, request

KILLS = int(os.environ.get("DOINGS_TEST_KILLS", "2"))
"""How often a pull is killed; a longer run has 50."""

VENDORS = {"monica": encounter} if KILLS <= 2 else {"monica": encounter, "mio": request}
"""What makes the activities of each vendor; both differ too little for the short run."""


@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.parametrize("dialect", VENDORS)
def test_a_killed_pull_goes_on_where_it_was(
    dialect: str, vendor: Vendor, pull: Puller, tmp_path: Path
) -> None:
    """Whenever it is killed."""
    count = 2000 + 600 * KILLS
    vendor.record([VENDORS[dialect](number) for number in range(count)])
    variables = {**os.environ, "DOINGS_DATABASE": f"sqlite:///{tmp_path}/doings.db"}
    here = Installation(tmp_path, variables)
    chance = random.Random(7)

    with proxy(vendor.server.url) as between:
        base = vendor.base(dialect, between.url)
        command = ("pull", dialect, "--from", base, "--account", "here")
        kills = sum(_kill(here, command, between, chance) for _ in range(KILLS))
        here.run(*command)

    held = [item["external_id"] for item in pull.exported()]
    pages = Counter(one.path for one in between.asked if "activities?" in one.path)
    assert sorted(set(held)) == sorted(held)
    assert len(held) == count
    assert kills == KILLS, "a pull was done before it was killed: record more"
    assert sum(pages.values()) - len(pages) <= kills


def _kill(
    here: Installation, command: tuple[str, ...], between: Between, chance: random.Random
) -> bool:
    """Kill a pull after some requests; False if it was done before."""
    target = len(between.asked) + chance.randrange(2, 6)
    running = subprocess.Popen(
        [sys.executable, "-m", "doings", *command],
        cwd=here.folder,
        env=here.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(between.asked) < target and running.poll() is None:
        time.sleep(0.001)
    time.sleep(chance.random() * 0.02)
    is_running = running.poll() is None
    running.kill()
    running.wait(30)
    return is_running
