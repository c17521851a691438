"""The origins that the server itself writes are the ones that no caller may give."""

from doings.core.activity import RESERVED_ORIGINS
from doings.core.interactions import lifecycle
from doings.dialects.agendize import vocabulary as agendize
from doings.dialects.cobot import vocabulary as cobot
from doings.dialects.invent import vocabulary as invent
from doings.dialects.mio import vocabulary as mio
from doings.dialects.monica import vocabulary as monica


def test_every_origin_of_the_server_s_own_is_reserved() -> None:
    """Those of the dialects, and that of the other party's record."""
    written = {one.ORIGIN for one in (agendize, cobot, invent, lifecycle, mio, monica)}

    assert written == RESERVED_ORIGINS
