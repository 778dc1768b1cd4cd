"""Files in the trade room: a photo that knows where it was taken, a program in disguise, a line that breaks."""

import base64
import os
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Route, expect

from tests.e2e.browser import Person
from tests.e2e.running import Running
from tests.e2e.test_trade_in_two_browsers import meet
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
DRAW = """
async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 480;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#0b6b4a"; pen.fillRect(0, 0, 640, 480);
  pen.fillStyle = "#ffffff"; pen.font = "48px sans-serif"; pen.fillText("Receipt 250.00 EUR", 80, 240);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}
"""

# What lies on this device for files on their way, as text.
KEPT = """
() => new Promise((done) => {
  const opening = indexedDB.open("parley-files", 1);
  opening.onsuccess = () => {
    const all = opening.result.transaction("kept").objectStore("kept").getAll();
    all.onsuccess = () => {
      opening.result.close();
      const text = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      done(JSON.stringify(all.result.map((one) => [text(one.facts), ...one.chunks.map((chunk) => btoa(text(chunk)))])));
    };
  };
})
"""


def with_gps(jpeg: bytes) -> bytes:
    """Return the picture with an EXIF segment that says it was taken at 48.2° N, 16.4° E."""
    gps = struct.pack(">H", 4)
    gps += struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack(">HHII", 2, 5, 3, 80)
    gps += struct.pack(">HHI4s", 3, 2, 2, b"E\0\0\0") + struct.pack(">HHII", 4, 5, 3, 104)
    gps += struct.pack(">I", 0)
    tiff = b"MM\0\x2a" + struct.pack(">I", 8) + struct.pack(">H", 1) + struct.pack(">HHII", 0x8825, 4, 1, 26)
    tiff += struct.pack(">I", 0) + gps
    tiff += struct.pack(">6I", 48, 1, 12, 1, 0, 1) + struct.pack(">6I", 16, 1, 24, 1, 0, 1)
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def choose(person: Person, name: str, content: bytes) -> None:
    """Choose a file with the paper clip."""
    person.page.locator("[data-chat-attach]").wait_for()
    # The browser guesses a type from the name; what counts are the bytes.
    payload = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    person.page.locator("[data-chat-file]").set_input_files(payload)


def saved(person: Person, name: str) -> bytes:
    """Open the file called `name` in the log, save it, and return what was saved."""
    card = person.page.locator("[data-file]", has_text=name).last
    card.locator("[data-file-open]").click()
    with person.page.expect_download() as waiting:
        card.locator("[data-file-save]").click()
    assert waiting.value.suggested_filename == name
    return Path(waiting.value.path()).read_bytes()


def refuses(person: Person, name: str, content: bytes, *, words: str) -> None:
    """Choose a file and see why it is not sent."""
    choose(person, name, content)
    expect(person.page.locator("[data-chat-upload][role=alert]")).to_contain_text(words)


def _a_reload_in_the_middle_costs_nothing(sara: Person, ben: Person) -> None:
    """The page is left while the third of four parts is on its way: the next visit sends what is missing, once."""
    document = b"%PDF-1.7\n" + os.urandom(900_000)
    line = {"is_cut": True}
    arrived: list[str] = []

    def carry(route: Route) -> None:
        chunk = route.request.url.rsplit("/", 1)[1]
        if route.request.method == "PUT" and chunk == "2" and line["is_cut"]:
            route.abort("connectionreset")
            return
        if route.request.method == "PUT":
            arrived.append(chunk)
        route.continue_()

    ben.page.route("**/chunks/*", carry)
    choose(ben, "contract.pdf", document)
    ben.sees("[data-chat-upload]", "Paused at 50 %")
    kept = ben.page.evaluate(KEPT)
    assert "contract.pdf" not in kept
    assert base64.b64encode(document[:300]).decode()[:200] not in kept
    # The line stays cut until the old page is gone: it must not finish what the next visit is to go on with.
    ben.page.reload()
    assert arrived == ["0", "1"]
    # A second tab of the same room leaves the file to the first.
    second = ben.page.context.new_page()
    second.goto(ben.page.url)
    expect(second.locator("[data-chat-badge]:visible, [data-chat-state]").first).to_contain_text("Encrypted")
    line["is_cut"] = False
    assert saved(sara, "contract.pdf") == document
    expect(second.locator("[data-file]", has_text="contract.pdf")).to_have_count(1)
    second.close()
    assert arrived == ["0", "1", "2", "3"]
    ben.page.unroute_all(behavior="wait")
    ben.page.reload()
    expect(ben.page.locator("[data-file]", has_text="contract.pdf")).to_have_count(1)
    assert ben.page.evaluate(KEPT) == "[]"


def test_files_travel_encrypted_without_their_secrets_and_survive_a_cut(browser: Browser, shared: Running) -> None:
    offer = Trader(shared.url, index=1).offer()
    sara, ben = meet(browser, shared)
    trade = ben.take(offer, fiat="250")
    sara.go(f"/trades/{trade}")
    sara.unlock_chat()
    ben.unlock_chat()
    sara.sees("[data-chat-state]", "Encrypted")

    photo = with_gps(base64.b64decode(ben.page.evaluate(DRAW)))
    assert b"Exif" in photo
    choose(ben, "IMG_2041.JPG", photo)
    got = saved(sara, "IMG_2041.jpg")
    assert got.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in got
    expect(sara.page.locator("canvas.file-picture")).to_be_visible()

    refuses(ben, "receipt.pdf", b"MZ\x90\0" + bytes(600), words="This is a program")
    refuses(ben, "logo.png", b'<?xml version="1.0"?><svg onload="alert(1)"/>', words="SVG pictures can carry programs")
    refuses(ben, "large.pdf", b"%PDF-1.7" + bytes(10 * 1024 * 1024 + 1 - 8), words="10 MB")
    refuses(ben, "notes.docx", b"PK\x03\x04" + bytes(100), words="Only pictures")

    document = b"%PDF-1.7\n" + os.urandom(900_000)
    cuts = []

    def cut(route: Route) -> None:
        if len(cuts) < 2:
            cuts.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    ben.page.route("**/chunks/2", cut)
    choose(ben, "statement.pdf", document)
    ben.sees("[data-chat-upload]", "Paused")
    assert saved(sara, "statement.pdf") == document
    assert len(cuts) == 2
    _a_reload_in_the_middle_costs_nothing(sara, ben)

    sara.sees("[data-chat-presence]", "is here")
    ben.page.locator("[data-chat-input]").press_sequentially("half a thou")
    sara.sees("[data-chat-presence]", "is typing")
    ben.page.reload()
    expect(ben.page.locator("[data-chat-input]")).to_have_value("half a thou")
    assert (ben.trouble, sara.trouble) == ([], [])
    dump = shared.manage("dumpdata", "chat")
    assert "statement.pdf" not in dump
    assert base64.b64encode(document[:300]).decode()[:200] not in dump
    sara.close()
    ben.close()
