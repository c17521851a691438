"""LinkBench's operations as requests to the native API, in the shares of a mix."""

import itertools
import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from bench.traffic.graph import (
    KIND,
    LISTS,
    NODE_READS,
    NODE_UPDATES,
    ORIGIN,
    UNCORRELATED,
    WRITES,
    Graph,
)
from bench.traffic.load import get, with_body
from bench.traffic.open_loop import Request

MIXES: dict[str, dict[str, float]] = {
    "LinkBench": {
        "getlinklist": 50.7119145,
        "getnode": 12.9326683,
        "addlink": 8.9886601,
        "updatelink": 8.0122125,
        "updatenode": 7.366437,
        "countlink": 4.8863567,
        "deletelink": 2.9907664,
        "addnode": 2.5732789,
        "deletenode": 1.0115914,
        "multigetlink": 0.5261142,
    },
    "90/10": {"getlinklist": 90, "addlink": 10},
}
"""Percentages; those of LinkBench are its own configuration's (FBWorkload.properties)."""

BATCH = 1000
"""Operations are drawn so many at a time, which is quicker than one by one."""

PAYLOAD = "a node's data, of the length that LinkBench gives it by default: 128 bytes."


class Operations:
    """Makes requests; what it adds it counts, so that nothing is added twice."""

    def __init__(self, graph: Graph, secret: str, doomed: "deque[str]") -> None:
        self.graph = graph
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.doomed = doomed
        self.chance = random.Random(7)
        self.new_links = itertools.count(graph.links)
        self.new_nodes = itertools.count(graph.nodes)
        self.deleted_nodes = itertools.count(graph.nodes)
        self._makers: dict[str, Callable[[], bytes]] = {
            "getlinklist": self._list,
            "getnode": self._node,
            "addlink": self._add_link,
            "updatelink": self._update_link,
            "updatenode": self._update_node,
            "countlink": self._count,
            "deletelink": self._delete_link,
            "addnode": self._add_node,
            "deletenode": self._delete_node,
            "multigetlink": self._links_between,
        }

    def requests(self, mix: str) -> Iterator[Request]:
        """Without end."""
        shares = MIXES[mix]
        while True:
            for name in self.chance.choices([*shares], [*shares.values()], k=BATCH):
                yield Request(name, self._makers[name]())

    def _popular(self) -> int:
        return self.graph.node(self.chance, LISTS, UNCORRELATED)

    def _list(self) -> bytes:
        return self._get(f"/v1/entities/contact/n{self._popular()}/activities?limit=35")

    def _count(self) -> bytes:
        return self._get(f"/v1/stats?by=kind&link=contact:n{self._popular()}")

    def _links_between(self) -> bytes:
        one, other = self.graph.ends(self.graph.link(self.chance))
        return self._get(f"/v1/entities/contact/n{one}/activities?link=contact:n{other}")

    def _node(self) -> bytes:
        return self._get(f"/v1/entities/contact/n{self.graph.node(self.chance, NODE_READS)}")

    def _add_link(self) -> bytes:
        one = self.graph.node(self.chance, WRITES)
        other = self.chance.randrange(self.graph.nodes)
        return self._send(
            "POST",
            "/v1/activities",
            self._link(one, other) | {"origin": ORIGIN, "external_id": str(next(self.new_links))},
        )

    def _update_link(self) -> bytes:
        link = self.graph.link(self.chance)
        return self._send(
            "PUT",
            f"/v1/activities/by-external-id/{ORIGIN}/{link}",
            self._link(*self.graph.ends(link)),
        )

    def _link(self, one: int, other: int) -> dict[str, Any]:
        return {
            "kind": KIND,
            "summary": f"Linked {self.chance.randrange(1000)}",
            "links": [f"contact:n{one}", f"contact:n{other}"],
        }

    def _delete_link(self) -> bytes:
        # Uniform, as LinkBench deletes; once all of them are gone it finds none.
        return self._delete(f"/v1/activities/{self.doomed.popleft() if self.doomed else 'none'}")

    def _add_node(self) -> bytes:
        number = next(self.new_nodes)
        return self._send("PUT", f"/v1/entities/contact/n{number}", self._payload(number))

    def _update_node(self) -> bytes:
        number = self.graph.node(self.chance, NODE_UPDATES)
        return self._send("PATCH", f"/v1/entities/contact/n{number}", self._payload(number))

    def _payload(self, number: int) -> dict[str, Any]:
        attrs = {"data": f"{PAYLOAD} {self.chance.randrange(1 << 30)}"}
        return {"name": f"Node {number}", "attrs": attrs}

    def _delete_node(self) -> bytes:
        # Of those that were added: a deleted one is not found any more, and a long run would
        # measure how quickly that is said.
        return self._delete(f"/v1/entities/contact/n{next(self.deleted_nodes)}")

    def _get(self, path: str) -> bytes:
        return get(path, self.headers)

    def _delete(self, path: str) -> bytes:
        return b"DELETE" + get(path, self.headers)[3:]

    def _send(self, method: str, path: str, document: dict[str, Any]) -> bytes:
        return with_body(method, path, self.headers, json.dumps(document).encode())
