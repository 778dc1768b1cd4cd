"""Encrypted files of a trade room: announced, uploaded chunk by chunk, resumed, and served as opaque bytes."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import chat as render
from exchange.api.schemas import attachments as schemas
from exchange.api.schemas.fields import CodePath
from exchange.chat import attachments
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound

router = Router()
CHAT = "chat"
OCTETS = "application/octet-stream"
# Whoever opens the address itself gets a download of noise that can run nothing.
_SEALED = {
    "Content-Disposition": 'attachment; filename="encrypted"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
NamePath = Annotated[str, Path(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
IndexPath = Annotated[int, Path(ge=0, le=attachments.MOST_CHUNKS)]


@call(
    router,
    "POST",
    "/trades/{code}/attachments",
    gives=schemas.Upload,
    status=201,
    scope=CHAT,
    refuses=[NotFound, Conflict],
)
def begin_upload(request: HttpRequest, code: CodePath, body: schemas.Begin) -> dict[str, Any]:
    """Announce an encrypted file; the same one again tells which chunks are still missing."""
    upload = attachments.begin_upload(code, by=signed_in(request), size=body.size, hashes=body.hashes, now=clock.now())
    return render.upload(upload)


@call(router, "GET", "/trades/{code}/attachments/{name}", gives=schemas.Upload, scope=CHAT, refuses=[NotFound])
def read_upload(request: HttpRequest, code: CodePath, name: NamePath) -> dict[str, Any]:
    """Return how far a file has come."""
    return render.upload(attachments.upload_of(code, name, account=signed_in(request)))


@call(
    router,
    "PUT",
    "/trades/{code}/attachments/{name}/chunks/{index}",
    gives=schemas.Upload,
    scope=CHAT,
    refuses=[NotFound],
)
def store_chunk(
    request: HttpRequest, code: CodePath, name: NamePath, index: IndexPath, body: schemas.Chunk
) -> dict[str, Any]:
    """Store one encrypted chunk; the same one again changes nothing."""
    upload = attachments.store_chunk(code, name, index, by=signed_in(request), data=body.data, now=clock.now())
    return render.upload(upload)


@call(
    router,
    "GET",
    "/trades/{code}/attachments/{name}/chunks/{index}",
    gives=None,
    media=OCTETS,
    scope=CHAT,
    refuses=[NotFound],
)
def read_chunk(request: HttpRequest, code: CodePath, name: NamePath, index: IndexPath) -> HttpResponse:
    """Return one encrypted chunk as it was uploaded: a download, never anything a browser would show."""
    data = attachments.read_chunk(code, name, index, account=signed_in(request))
    return HttpResponse(data, content_type=OCTETS, headers=_SEALED)
