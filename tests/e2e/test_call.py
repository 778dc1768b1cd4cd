"""Sara and Ben talk: rung, answered, heard and seen through the relay alone; what leaves shows no address of theirs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.browser import Person
from tests.e2e.running import Running
from tests.e2e.test_trade_in_two_browsers import meet
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
# Notes what comes in from the other side and what the connections become.
WIRETAP = """
window.heard = []; window.links = []; window.boxes = [];
addEventListener("parley:frame:call", (event) => window.boxes.push(event.detail), true);
const Real = RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(...given) { super(...given); window.links.push(this); }
  addIceCandidate(one) { window.heard.push(one.candidate); return super.addIceCandidate(one); }
  setRemoteDescription(one) { window.heard.push(one.sdp); return super.setRemoteDescription(one); }
};
"""
STATS = """async () => {
  const report = [...(await window.links.at(-1).getStats()).values()];
  const pair = report.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
  const kind = (id) => report.find((one) => one.id === id)?.candidateType;
  const bytes = (what) => report.filter((one) => one.type === "inbound-rtp" && one.kind === what)
    .reduce((sum, one) => sum + one.bytesReceived, 0);
  return {local: kind(pair?.localCandidateId), remote: kind(pair?.remoteCandidateId),
          audio: bytes("audio"), video: bytes("video")};
}"""


@pytest.fixture
def pair(browser: Browser, shared: Running) -> Iterator[tuple[Person, Person]]:
    """Sara and Ben in one trade room, both with an open chat, a microphone and a camera."""
    offer = Trader(shared.url, index=1).offer()
    sara, ben = meet(browser, shared)
    for person in (sara, ben):
        person.page.context.add_init_script(WIRETAP)
        person.page.context.grant_permissions(["microphone", "camera"], origin=shared.url)
    trade = ben.take(offer, fiat="250")
    sara.go(f"/trades/{trade}")
    sara.unlock_chat()
    ben.unlock_chat()
    for person in (sara, ben):
        person.sees("[data-chat-state]", "Encrypted")
        expect(do(person, "voice")).to_be_enabled()
    yield sara, ben
    assert [*sara.trouble, *ben.trouble] == []


def do(person: Person, act: str) -> Locator:
    """Return the button for one act of a call."""
    return person.page.locator(f"[data-call-do={act}]")


def flows(person: Person, kind: str) -> dict[str, object]:
    """Wait until sound or picture has come in and return what the connection says of itself."""
    for _ in range(100):
        stats: dict[str, object] = person.page.evaluate(STATS)
        if int(str(stats[kind])) > 2_000:
            return stats
        person.page.wait_for_timeout(100)
    raise AssertionError(f"{person.name} got no {kind}: {stats}")


def test_a_call_is_rung_answered_and_carried_by_the_relay_alone(pair: tuple[Person, Person]) -> None:
    sara, ben = pair
    do(ben, "video").click()
    ben.sees("[data-call-state]", "Calling Sara")
    sara.sees("[data-call-state]", "Ben is calling you with camera.")
    assert sara.look_with_axe() == []
    do(sara, "answer").click()
    for person in pair:
        person.sees("[data-call-state]", "Encrypted, through the relay.")
        assert flows(person, "audio") | {"audio": 0, "video": 0} == {
            "local": "relay",
            "remote": "relay",
            "audio": 0,
            "video": 0,
        }
    flows(sara, "video")
    expect(sara.page.locator("[data-call-theirs]")).to_have_class("call-theirs is-shown")
    # Sara answered without a camera; she turns it on, and Ben sees her.
    expect(ben.page.locator("[data-call-theirs]")).to_have_class("call-theirs")
    do(sara, "camera").click()
    flows(ben, "video")
    expect(ben.page.locator("[data-call-theirs]")).to_have_class("call-theirs is-shown")
    assert ben.look_with_axe() == []
    # The strip of the call takes nothing from the chat: one can still write.
    ben.say("I can hear you")
    sara.hears("I can hear you")
    expect(ben.page.locator("[data-chat-input]")).to_be_in_viewport()
    for person in pair:
        heard = "\n".join(person.page.evaluate("window.heard"))
        assert "typ relay raddr 0.0.0.0" in heard
        assert not any(f"typ {kind}" in heard for kind in ("host", "srflx", "prflx"))
    do(ben, "hang-up").click()
    ben.sees("[data-call-state]", "You hung up.")
    sara.sees("[data-call-state]", "Ben hung up.")
    assert sara.page.evaluate("window.links.at(-1).connectionState") == "closed"
    _nothing_rings_for_a_server_that_meddles(sara)
    assert sara.page.evaluate("document.querySelector('[data-call-mine]').srcObject") is None


def _nothing_rings_for_a_server_that_meddles(sara: Person) -> None:
    """It plays Ben's ring again, alters it, or turns one of Sara's own boxes round."""
    ring, own = sara.page.evaluate(
        "[window.boxes[0], window.boxes.find((one) => one.by !== window.boxes[0].by)]",
    )
    altered = ("B" if ring["box"][0] == "A" else "A") + ring["box"][1:]
    for frame in (ring, {**ring, "box": altered}, {**own, "by": ring["by"]}):
        sara.page.evaluate("(f) => document.dispatchEvent(new CustomEvent('parley:frame:call', {detail: f}))", frame)
        sara.page.wait_for_timeout(200)
        sara.sees("[data-call-state]", "Ben hung up.")


def test_a_call_can_be_declined_missed_and_refused_by_the_browser(pair: tuple[Person, Person]) -> None:
    sara, ben = pair
    do(ben, "voice").click()
    do(sara, "decline").click()
    ben.sees("[data-call-state]", "Sara declined. Write in the chat instead.")
    # Who was just turned down does not ring again at once.
    do(ben, "voice").click()
    ben.sees("[data-call-state]", "Sara cannot take a call now.")
    ben.page.locator("[data-chat-settings] summary").click()
    ben.page.locator("[data-call-quiet]").check()
    do(sara, "voice").click()
    sara.sees("[data-call-state]", "Ben cannot take a call now.")
    ben.page.reload()
    expect(do(ben, "voice")).to_be_enabled()
    ben.page.locator("[data-chat-settings] summary").click()
    ben.page.locator("[data-call-quiet]").uncheck()
    do(sara, "voice").click()
    ben.sees("[data-call-state]", "Sara is calling you.")
    do(sara, "hang-up").click()
    ben.sees("[data-call-state]", "Missed call from Sara.")
    ben.page.context.clear_permissions()
    ben.page.context.grant_permissions([], origin=ben.url)
    do(ben, "voice").click()
    ben.sees("[data-call-state]", "Your browser did not allow the microphone.")
    do(ben, "close").click()
    expect(ben.page.locator("[data-call]")).to_be_hidden()


def test_a_direct_line_is_made_only_by_the_one_who_asked_for_it(pair: tuple[Person, Person]) -> None:
    sara, ben = pair
    ben.page.locator("[data-chat-settings] summary").click()
    direct = ben.page.locator("label", has=ben.page.locator("[data-call-direct]"))
    expect(direct).to_contain_text("can then see my IP address")
    direct.locator("input").check()
    do(ben, "voice").click()
    do(sara, "answer").click()
    sara.sees("[data-call-state]", "Encrypted, through the relay.")
    ben.sees("[data-call-state]", "Talking with Sara. Encrypted.")
    flows(sara, "audio")
    told_to_sara = "\n".join(sara.page.evaluate("window.heard"))
    told_to_ben = "\n".join(ben.page.evaluate("window.heard"))
    assert "typ host" in told_to_sara
    assert "typ host" not in told_to_ben
    do(sara, "hang-up").click()
    ben.sees("[data-call-state]", "Sara hung up.")
