"""The name of a process, by which another one on this machine can tell that it is gone."""

import contextlib
import hashlib
import os
import platform
from pathlib import Path


def own_holder() -> str:
    """The name of this process: the machine, its number, and when it was started."""
    return f"{_machine()}:{os.getpid()}:{_started_at(os.getpid())}"


def is_gone(holder: str, own: str) -> bool:
    """Whether a process has ended; False where that cannot be known, as on another machine."""
    machine, _, rest = holder.partition(":")
    number, _, started_at = rest.partition(":")
    if holder == own or machine != own.partition(":")[0] or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _started_at(int(number)) != started_at


def _machine() -> str:
    """The machine since it was started, or the container: processes are numbered in each."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
    with contextlib.suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def _started_at(number: int) -> str:
    """When a process was started, in the system's own units; empty where that is not told."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
