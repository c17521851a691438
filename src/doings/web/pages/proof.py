"""The proof of a change of an activity, as a document that the page's script verifies."""

import msgspec
from starlette.responses import Response

from doings.auth.signed_log import SignedLog
from doings.core.errors import NotFound
from doings.core.resuming.position import LARGEST_SEQ
from doings.core.store import Reader
from doings.httpkit.input.params import integer_from_text
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.activity.proof import ProofDocument, proof_document
from doings.web.page import respond_compressed
from doings.web.pages.activity import activity_id
from doings.web.remarks import knowing

JSON = "application/json"


async def show_proof(request: Request) -> Response:
    """The document; raises NotFound, and Unavailable where nothing is signed."""
    ref, text = activity_id(request), request.path_params["seq"]
    seq = integer_from_text(text)
    if seq is None or not 0 < seq <= LARGEST_SEQ:
        raise NotFound("change", text)
    services = request.services
    seeds = services.log_keys.seeds(services.clock.now())
    log = SignedLog(request.principal.account, services.store.secret, seeds)

    async def read(reader: Reader) -> ProofDocument:
        return await proof_document(reader, ref, seq, log)

    document = await request.timeline.read(read, bounded=False)
    return await respond_compressed(request, msgspec.json.encode(document), JSON)


RESOURCES = (
    resource(
        "/activities/{id}/proofs/{seq}",
        GET=Operation(show_proof, parameters=knowing()),
    ),
)
