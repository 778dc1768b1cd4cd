"""A dispute as its three people see it: messages handed over in part, a sealed file, a verdict, a tampered log."""

import json
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import SHEET, Person
from tests.e2e.running import Running
from tests.e2e.test_trade_in_two_browsers import FINDINGS, STORY, lock, meet
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SAID = ("I have sent all of it, lilac giraffe", "I see only a part of it", "Then ask your bank again")


def pixel() -> bytes:
    """Return a picture of one white pixel, PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = b"\x00\x00\x00\x01" * 2 + b"\x08\x02\x00\x00\x00"
    body = zlib.compress(b"\x00\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def disputed(browser: Browser, parley: Running) -> tuple[Person, Person, str]:
    """Return Sara and Ben with a trade that Sara has disputed, after they have talked."""
    trader = Trader(parley.url, index=1)
    sara, ben = meet(browser, parley)
    trade = ben.take(trader.offer(), fiat="300")
    sara.go(f"/trades/{trade}")
    sara.unlock_chat()
    ben.unlock_chat()
    sara.sees("[data-chat-state]", "Encrypted")
    ben.say(SAID[0])
    sara.hears(SAID[0])
    sara.say(SAID[1])
    ben.hears(SAID[1])
    ben.say(SAID[2])
    sara.hears(SAID[2])
    lock(sara, ben, trade)
    ben.confirm("dialog-sent")
    sara.sees("#trade-card h2", "Look for")
    sara.go(f"/trades/{trade}/dispute")
    sara.page.get_by_label("The amount is wrong").check()
    sara.page.get_by_label("All of it back to the seller").check()
    sara.page.fill("[name=statement]", STORY)
    sara.page.get_by_role("button", name="Save statement").click()
    sara.page.locator("[data-chain-action=dispute]:visible").first.click()
    sara.approve()
    trader.wait_for(trade, "disputed")
    return sara, ben, trade


def add_file(person: Person, note: str) -> None:
    """Add a picture to the case."""
    person.page.set_input_files(
        "#evidence-file", files=[{"name": "bank.png", "mimeType": "image/png", "buffer": pixel()}]
    )
    person.page.fill("#evidence-note", note)
    person.page.get_by_role("button", name="Encrypt and add file").click()
    person.sees("#case", note)


def open_case(carol: Person, trade: str) -> None:
    """Claim the case and open it with Carol's key: however many signatures that takes."""
    carol.go("/arbiter")
    carol.page.locator("tr", has_text=trade).get_by_role("button", name="Claim").click()
    carol.page.wait_for_url("**/arbiter/cases/*")
    carol.page.wait_for_selector("html[data-live-ready]")
    unlock(carol)


def unlock(carol: Person) -> None:
    """Bring Carol's key to this page."""
    button = carol.page.locator("[data-case-unlock]")
    verdict = carol.page.locator("[data-case-verdict]")
    if button.is_visible():
        button.click()
    for _ in range(200):
        if carol.page.locator(SHEET).count():
            carol.approve()
        if not button.is_visible():
            return
        carol.page.wait_for_timeout(100)
    raise AssertionError(f"the case stays shut: {verdict.inner_text()}")


def test_partial_disclosure_sealed_evidence_and_a_signed_case_file(
    browser: Browser, shared: Running, tmp_path: Path
) -> None:
    sara, ben, trade = disputed(browser, shared)
    # Before an arbiter has opened the case: the file is sealed to both sides, and to the arbiter later by itself.
    add_file(sara, "My bank's statement of today")
    carol = Person(browser, shared.url, "carol")
    carol.sign_in()
    open_case(carol, trade)
    carol.sees("[data-case-verdict]", "none handed over: you see ciphertext only")
    ben.go(f"/trades/{trade}/dispute")
    ben.sees("[data-disclose-state]", "3 messages on both sides. You have handed over none.")
    ben.page.get_by_label("Chosen messages").check()
    ben.page.get_by_label(SAID[0]).check()
    ben.page.get_by_role("button", name="Hand over to the arbiter").click()
    ben.sees("[data-disclose-state]", "You have handed over 1 of 3 messages.")
    partly = "1 of 3 messages, both sides, signatures valid, order unbroken; withheld: Sara's 1, Ben's 2."
    carol.sees("[data-case-verdict]", partly)
    carol.sees("[data-case-transcript]", SAID[0])
    assert SAID[1] not in carol.page.content()
    _carol_opens_the_file(sara, carol, trade)
    _everything_and_a_tampered_log(sara, carol)
    case = _export(carol, tmp_path)
    assert shared.manage("verify_transcript", str(case)).splitlines()[-1].startswith("Signed by the arbiter")
    told = json.loads(case.read_text(encoding="utf-8"))
    told["statements"][0]["text"] += " And more."
    case.write_text(json.dumps(told), encoding="utf-8")
    assert "altered after it was signed" in shared.manage("verify_transcript", str(case), fails=True)
    dump = shared.manage("dumpdata", "disputes", "chat")
    assert '"sealed"' in dump
    for words in (*SAID, "bank.png"):
        assert words not in dump
    sara.go(f"/trades/{trade}/dispute")
    sara.sees("#case", "Carol opened a file")
    sara.sees("#case", "Carol exported the case file")
    assert [*sara.trouble, *ben.trouble, *carol.trouble] == []
    for person in (sara, ben, carol):
        assert person.look_with_axe() == []
        person.close()


def _carol_opens_the_file(sara: Person, carol: Person, trade: str) -> None:
    sara.go(f"/trades/{trade}/dispute")
    sara.page.wait_for_function(
        """async (code) => (await (await fetch(`/api/v1/trades/${code}/evidence`)).json())
            .items.every((file) => Object.keys(file.sealed).length >= 3)""",
        arg=trade,
    )
    carol.page.reload()
    carol.page.wait_for_selector("html[data-live-ready]")
    carol.page.locator("[data-evidence-open]").first.click()
    carol.sees("#evidence-viewer", "bank.png")
    expect(carol.page.locator("#evidence-viewer canvas")).to_be_visible()
    carol.page.locator("#evidence-viewer").get_by_role("button", name="Close").click()


def _everything_and_a_tampered_log(sara: Person, carol: Person) -> None:
    sara.page.get_by_role("button", name="Hand over to the arbiter").click()
    sara.sees("[data-disclose-state]", "You have handed over all 3 messages.")
    carol.sees("[data-case-verdict]", "3 of 3 messages, both sides, signatures valid, order unbroken.")

    # A server that drops a message from what it shows is found out by the arbiter's own browser.
    def drop_one(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        told = answer.json()
        del told["items"][1]
        route.fulfill(response=answer, json=told)  # type: ignore[attr-defined]

    carol.page.route("**/transcript", drop_one)
    carol.page.reload()
    carol.sees("[data-case-verdict]", "do not rely on this transcript")
    carol.sees("[data-case-problems]", "Message 2 is missing")
    carol.page.unroute("**/transcript")
    carol.page.reload()
    carol.sees("[data-case-verdict]", "3 of 3 messages")


def _export(carol: Person, folder: Path) -> Path:
    with carol.page.expect_download() as waiting:
        carol.page.get_by_role("button", name="Export and sign").click()
    saved = folder / "case.json"
    waiting.value.save_as(saved)
    return saved


def test_a_stale_ruling_form_is_told_that_the_trade_has_ended(browser: Browser, shared: Running) -> None:
    sara, ben, trade = disputed(browser, shared)
    carol = Person(browser, shared.url, "carol")
    carol.page.route_web_socket("**/ws/", lambda socket: socket.close())  # a page that hears of nothing
    carol.sign_in()
    open_case(carol, trade)
    form = carol.page.locator("form[data-ruling]")
    form.get_by_role("button", name="Buyer 100").click()
    form.locator("[name=findings]").fill(FINDINGS)
    for tick in form.locator("[data-must-tick]").all():
        tick.check()
    # Meanwhile Sara concedes; Carol's page must not open a wallet for a ruling that can no longer be given.
    sara.go(f"/trades/{trade}")
    sara.page.get_by_text("The money has arrived after all").click()
    assert "release" in sara.confirm("dialog-release")
    Trader(shared.url, index=1).wait_for(trade, "released")
    form.get_by_role("button", name="Sign ruling").click()
    carol.sees("#status", "in the meantime")
    assert carol.page.locator(SHEET).count() == 0
    for person in (sara, ben, carol):
        person.close()
