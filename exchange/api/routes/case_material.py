"""What a party puts before the arbiter: message keys sealed to the arbiter, and encrypted files."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.api.answers import page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import case_material as render
from exchange.api.schemas import case_material as schemas
from exchange.api.schemas.fields import CodePath
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.core.limits import Limit
from exchange.disputes import casefile, disclosures, evidence

router = Router()
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
CHUNKS = Limit("case-chunks", most=600, seconds=60)


@call(router, "GET", "/trades/{code}/disclosures", gives=schemas.Disclosures, scope="chat", refuses=[NotFound])
def read_disclosures(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the arbiter's key for this case and which messages one has handed over."""
    return render.disclosures(*casefile.handed_over(code, account=signed_in(request)))


@call(
    router,
    "POST",
    "/trades/{code}/disclosures",
    gives=schemas.Disclosures,
    status=201,
    scope="chat",
    refuses=[NotFound, Conflict],
)
def disclose(request: HttpRequest, code: CodePath, body: schemas.Disclose) -> dict[str, Any]:
    """Hand the arbiter the keys of chosen messages, each sealed to the key of the case."""
    account = signed_in(request)
    items = [disclosures.SealedKey(sender=one.sender, n=one.n, sealed=one.sealed) for one in body.items]
    disclosures.disclose(code, by=account, items=items, now=clock.now())
    return render.disclosures(*casefile.handed_over(code, account=account))


@call(router, "GET", "/trades/{code}/evidence", gives=schemas.EvidenceList, scope="chat", refuses=[NotFound])
def list_evidence(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the files of a case; their contents can be read by those they are sealed to."""
    return page([render.evidence(one) for one in casefile.evidence_list(code, account=signed_in(request))], None)


@call(
    router,
    "POST",
    "/trades/{code}/evidence",
    gives=schemas.Evidence,
    status=201,
    scope="chat",
    refuses=[NotFound, Conflict],
)
def add_evidence(request: HttpRequest, code: CodePath, body: schemas.AddEvidence) -> dict[str, Any]:
    """Announce an encrypted file; announcing it again tells what is missing."""
    account = signed_in(request)
    added = evidence.begin(
        code,
        by=account,
        note=body.note,
        manifest=body.manifest,
        size=body.size,
        digest=body.digest,
        sealed=body.sealed,
        now=clock.now(),
    )
    return render.own_evidence(added)


@call(
    router,
    "PUT",
    "/trades/{code}/evidence/{number}/readers",
    gives=schemas.Evidence,
    scope="chat",
    refuses=[NotFound, Conflict],
)
def share_evidence(request: HttpRequest, code: CodePath, number: Number, body: schemas.ShareEvidence) -> dict[str, Any]:
    """Seal one's own file to further readers, such as an arbiter who came later."""
    return render.own_evidence(evidence.share(code, by=signed_in(request), evidence_id=number, sealed=body.sealed))


@call(
    router,
    "PUT",
    "/trades/{code}/evidence/{number}/chunks/{n}",
    gives=schemas.Evidence,
    scope="chat",
    refuses=[NotFound, Conflict],
    limit=CHUNKS,
)
def put_evidence_chunk(
    request: HttpRequest, code: CodePath, number: Number, n: Number, body: schemas.Chunk
) -> dict[str, Any]:
    """Send a part of the ciphertext; the last one completes the file."""
    account = signed_in(request)
    return render.own_evidence(
        evidence.put_chunk(code, by=account, evidence_id=number, n=n, data=body.data, now=clock.now())
    )


@call(
    router,
    "GET",
    "/trades/{code}/evidence/{number}/chunks/{n}",
    gives=schemas.ShownChunk,
    scope="chat",
    refuses=[NotFound],
    limit=CHUNKS,
)
def read_evidence_chunk(request: HttpRequest, code: CodePath, number: Number, n: Number) -> dict[str, str]:
    """Return a part of the ciphertext: to both parties and to the arbiter of the case, whose reading is on record."""
    return {"data": casefile.read_chunk(code, account=signed_in(request), evidence_id=number, n=n)}
