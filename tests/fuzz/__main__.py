"""`make fuzz ARGS="--seconds 600 --seed 7"`: the fuzz, then the description, for as long as asked.

Of each fault it prints the seed, the number of the case, and a request for a shell.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time

from tests.fuzz.fuzzing import Fault, Run, fuzz

SHARE = 0.75
"""How much of the time the fuzz takes; what is left is for requests made from the description."""


def main() -> int:
    """Run, print, and return the code to exit with."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="where to begin")
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.seconds:g} seconds", flush=True)  # noqa: T201
    run = asyncio.run(fuzz(given.seed, seconds=given.seconds * SHARE, tell=_tell))
    _summarize(run)
    is_sound = _is_as_described(given.seed, given.seconds * (1 - SHARE))
    return 0 if is_sound and not run.faults else 1


def _tell(fault: Fault) -> None:
    print(fault, flush=True)  # noqa: T201


def _summarize(run: Run) -> None:
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(run.statuses.items()))
    print(f"{run.cases} cases, {len(run.faults)} faults ({statuses})", flush=True)  # noqa: T201


def _is_as_described(seed: int, seconds: float) -> bool:
    """Whether the native API answers requests made from its description as that says."""
    environment = os.environ | {"FUZZ_SECONDS": str(seconds)}
    test = "tests/fuzz/test_description.py"
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=0", test]
    return subprocess.run([*command, f"--hypothesis-seed={seed}"], env=environment).returncode == 0  # noqa: PLW1510


if __name__ == "__main__":
    sys.exit(main())
