"""The services that can be pulled from, by the names of their dialects."""

from doings.core.pulling.service import AnyService
from doings.dialects.agendize import vendor_api as agendize
from doings.dialects.cobot import vendor_api as cobot
from doings.dialects.invent import vendor_api as invent
from doings.dialects.mio import vendor_api as mio
from doings.dialects.monica import vendor_api as monica

SERVICES: dict[str, AnyService] = {
    "monica": monica.SERVICE,
    "cobot": cobot.SERVICE,
    "invent": invent.SERVICE,
    "agendize": agendize.SERVICE,
    "mio": mio.SERVICE,
}
