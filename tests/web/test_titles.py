"""What titles of a timeline lead to."""

import json
import re

from tests.builders import note
from tests.serving import Business
from tests.web.visitor import Visitor, titles


async def test_what_is_only_named_is_no_link(member: Visitor, acme: Business) -> None:
    """An invoice that the data name leads to its page only where there is one."""
    await acme.put("invoice", "i2", name="Invoice 2")
    for number, id_ in enumerate(("i1", "i2", "x" * 5000)):
        data = json.dumps({"invoice_number": f"A-{number}", "invoice_id": id_})
        await acme.record(note("8", kind="invoice.sent", data=data))

    text = (await member.get("/timeline")).text

    assert len(titles(text)) == 3
    assert re.findall(r"<h3[^>]*>[^\n]*href=\"([^\"]+)\"", text) == ["/entities/invoice:i2"]
    single = re.findall(r'href="(/activities/[^"]+)"', text)[-1]
    assert "/entities/invoice:" not in (await member.get(single)).text
