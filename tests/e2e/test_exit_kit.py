"""The site is gone, every process of it killed; only the chain is left. Both finish with a file on their disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from playwright.sync_api import Browser, expect

from exchange.stack.ports import choose_port
from exchange.stack.rpc import call_node
from tests.e2e.leaving import Gone, Leaver, foreign_chain, leave_only_the_chain

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
MALLORY = "0x976EA74026E726554dB657fA54763abd0C3a0aa9"


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Gone]:
    with leave_only_the_chain(tmp_path_factory.mktemp("gone"), browser) as left:
        yield left


def status_on_chain(left: Gone, trade: str) -> int:
    kit = left.kit("sara", trade)
    data = "0x" + keccak(text="tradeOf(bytes32)")[:4].hex() + kit["trade_id"][2:]
    return int(call_node(left.rpc, "eth_call", {"to": kit["contract"], "data": data}, "latest")[:66], 16)


def test_ben_marks_paid_and_sara_releases_from_files_on_their_disks(gone: Gone, browser: Browser) -> None:
    ben = Leaver(browser, gone, gone.file("ben", "paid"), account=gone.addresses["ben"])
    expect(ben.page.locator("#trade")).to_contain_text("The seller signed the offer")
    expect(ben.page.locator("#trade")).to_contain_text("The buyer signed the terms")
    expect(ben.page.locator("#trade")).to_contain_text("The site signed this kit as")
    ben.read_chain()
    expect(ben.page.locator("#state")).to_contain_text("has not marked the trade paid")
    ben.connect()
    expect(ben.page.locator("#wallets")).to_contain_text("the buyer of this trade")
    assert ben.open_ways() == {"mark_paid", "cancel"}
    assert ben.look_with_axe() == []
    ben.do("mark_paid")
    expect(ben.page.locator("#state")).to_contain_text("says that the money was sent")
    assert ben.open_ways() == {"dispute", "cancel"}
    ben.leave()
    before = int(call_node(gone.rpc, "eth_getBalance", gone.addresses["ben"], "latest"), 16)
    sara = Leaver(browser, gone, gone.file("sara", "paid"), account=gone.addresses["sara"], width=375)
    sara.connect()  # the wallet's own node will do
    expect(sara.page.locator("#state")).to_contain_text("says that the money was sent")
    assert sara.open_ways() == {"release", "dispute"}
    sara.do("release")
    expect(sara.page.locator("#state")).to_contain_text("the coins went to the buyer")
    sara.leave()
    terms = gone.kit("sara", "paid")["terms"]
    due = int(terms["amount"]) - int(terms["amount"]) * terms["feeBps"] // 10_000
    assert int(call_node(gone.rpc, "eth_getBalance", gone.addresses["ben"], "latest"), 16) - before == due
    assert status_on_chain(gone, "paid") == 4


def test_sara_takes_her_coins_back_after_the_deadline(gone: Gone, browser: Browser) -> None:
    sara = Leaver(browser, gone, gone.file("sara", "unpaid"), account=gone.addresses["sara"])
    sara.read_chain()
    sara.connect()
    expect(sara.page.locator("#wallets")).to_contain_text("the seller of this trade")
    assert "refund_expired" not in sara.open_ways()
    expect(sara.page.locator("[data-act=refund_expired]")).to_contain_text("Anyone may do this, after")
    call_node(gone.rpc, "evm_increaseTime", 2 * 3600)
    call_node(gone.rpc, "anvil_mine", "0x1")
    sara.read_chain()
    expect(sara.page.locator("[data-act=refund_expired]")).to_have_attribute("data-open", "true")
    sara.do("refund_expired")
    expect(sara.page.locator("#state")).to_contain_text("the coins went back to the seller")
    sara.leave()
    assert status_on_chain(gone, "unpaid") == 5


def choose(reader: Leaver, path: Path, text: str) -> None:
    """Choose a file of this content."""
    path.write_text(text, encoding="utf-8")
    reader.page.set_input_files("#file", path)


def test_mallorys_changes_to_a_kit_are_noticed(gone: Gone, browser: Browser, tmp_path: Path) -> None:
    kit = gone.kit("ben", "unpaid")
    blank = tmp_path / "blank.html"
    text = gone.file("ben", "unpaid").read_text(encoding="utf-8")
    head, rest = text.split('id="kit">', 1)
    blank.write_text(f'{head}id="kit"></script>{rest.split("</script>", 1)[1]}', encoding="utf-8")
    reader = Leaver(browser, gone, blank)
    stolen = [
        call | {"data": call["data"][:-40] + MALLORY[2:]} if call["act"] == "withdraw" else call
        for call in kit["calls"]
    ]
    elsewhere = [call | {"to": MALLORY} for call in kit["calls"]]
    refused = [
        ("<html>", "cannot be read as JSON"),
        (json.dumps({"kind": "x"}), "no exit kit of a Parley trade"),
        (json.dumps(kit | {"v": 2}), "newer Parley"),
        (json.dumps(kit | {"terms": kit["terms"] | {"buyer": MALLORY}}), "do not have the trade key"),
        (json.dumps(kit | {"calls": stolen}), "send coins to a stranger"),
        (json.dumps(kit | {"calls": elsewhere}), "is not what the terms say"),
        ("[" * 1_100_000, "too large"),
        (json.dumps(kit | {"terms": kit["terms"] | {"extra": 1}}), "not complete"),
        ("[" * 100_000, "cannot be read as JSON"),
        ('{"kind": "parley-exit-kit", "v": 1, "__proto__": {"terms": {}}}', "cannot be read: terms"),
    ]
    for number, (body, words) in enumerate(refused):
        choose(reader, tmp_path / f"{number}.json", body)
        expect(reader.page.locator("#kit-error")).to_contain_text(words)
        expect(reader.page.locator("#trade")).to_be_empty()
    injected = "<img src=x onerror=alert(1)>"
    changed = kit | {"rpc_url": "https://mallory.example", "chain_name": injected}
    choose(reader, tmp_path / "changed.json", json.dumps(changed))
    expect(reader.page.locator("#trade")).to_contain_text(injected)
    expect(reader.page.locator("#trade")).to_contain_text("The site's signature does not fit")
    forged = kit | {"signatures": [kit["signatures"][0] | {"by": MALLORY}]}
    choose(reader, tmp_path / "forged.json", json.dumps(forged))
    expect(reader.page.locator("#trade")).to_contain_text("signature of the terms does not fit")
    reader.page.set_input_files("#file", gone.file("ben", "unpaid"))
    expect(reader.page.locator("#trade")).not_to_contain_text("does not fit")
    expect(reader.page.locator("#kit-error")).to_be_hidden()
    reader.leave()


def test_a_dead_node_a_foreign_chain_and_nonsense_are_told_in_words(
    gone: Gone, browser: Browser, tmp_path: Path
) -> None:
    reader = Leaver(browser, gone, gone.file("ben", "unpaid"))
    for address, words in (
        ("", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        (f"http://127.0.0.1:{choose_port()}", "does not answer"),
    ):
        reader.page.fill("#rpc", address)
        reader.page.get_by_role("button", name="Read the chain").click()
        expect(reader.page.locator("#chain-error")).to_contain_text(words)
    with foreign_chain(tmp_path) as other:
        reader.page.fill("#rpc", other)
        reader.page.get_by_role("button", name="Read the chain").click()
        expect(reader.page.locator("#chain-error")).to_contain_text("serves chain 900")
    reader.close()


def test_mallorys_wallet_is_told_that_it_is_neither_side(gone: Gone, browser: Browser) -> None:
    mallory = Leaver(browser, gone, gone.file("ben", "unpaid"), account=MALLORY)
    mallory.read_chain()
    mallory.connect()
    expect(mallory.page.locator("#wallets")).to_contain_text("neither buyer nor seller")
    assert mallory.open_ways() <= {"refund_expired"}
    mallory.leave()


def test_without_a_kit_the_trade_is_found_by_its_key(gone: Gone, browser: Browser) -> None:
    kit = gone.kit("ben", "unpaid")
    reader = Leaver(browser, gone, gone.file("ben", "unpaid"))
    reader.page.locator("#other > summary").click()
    reader.page.get_by_text("I have no kit").click()
    for key, words in (("0x12", "64 digits"), ("0x" + "11" * 32, "knows of no coins")):
        reader.page.fill("#key", key)
        reader.page.fill("#contract", kit["contract"])
        reader.page.fill("#open-rpc", gone.rpc)
        reader.page.get_by_role("button", name="Find the trade").click()
        expect(reader.page.locator("#open-error")).to_contain_text(words)
    reader.page.fill("#key", kit["trade_id"])
    reader.page.get_by_role("button", name="Find the trade").click()
    expect(reader.page.locator("#trade")).to_contain_text("The contract published these terms")
    expect(reader.page.locator("#state-card")).to_be_visible()
    reader.leave()
