"""The whole trade as two people see it: offer, take, sign, lock, chat, paid, release; then one that goes wrong."""

import json

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import SHEET, Person
from tests.e2e.running import Running
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SECRET = "Hello Sara, the transfer is under way, purple elephant"
PAYER = "Benedikt Beispiel"
IBAN = "DE89370400440532013000"
FINDINGS = (
    "The bank statements of both sides show that sixty of a hundred parts of the agreed amount arrived, and that the "
    "rest was returned by the receiving bank. The coins are therefore split in the same proportion. Neither side acted "
    "in bad faith as far as the evidence shows."
)
POLYGON_WALLET = """
(() => {
  const account = "ACCOUNT";
  const answers = { eth_chainId: "0x89", eth_accounts: [account], eth_requestAccounts: [account] };
  const request = async ({ method }) => {
    if (method in answers) return answers[method];
    throw Object.assign(new Error(method), { code: 4001 });
  };
  const info = { uuid: crypto.randomUUID(), name: "Wanderer", icon: "data:image/svg+xml,", rdns: "test.wanderer" };
  const announce = () => dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: { info, provider: { request, on() {} } } }));
  addEventListener("eip6963:requestProvider", announce);
  localStorage.setItem(`parley:${account.toLowerCase()}:wallet`, info.rdns);
})();
"""
STORY = "I was promised the full amount by instant transfer, but only a part of it has arrived. I looked three times."


def meet(browser: Browser, parley: Running) -> tuple[Person, Person]:
    """Return Sara and Ben, signed in, each in a window of their own."""
    sara, ben = Person(browser, parley.url, "sara"), Person(browser, parley.url, "ben")
    sara.sign_in()
    ben.sign_in()
    return sara, ben


def lock(sara: Person, ben: Person, trade: str) -> None:
    """Sara locks the coins; Ben is told to pay."""
    sara.go(f"/trades/{trade}")
    sara.page.locator("[data-chain-action=fund]:visible").first.click()
    contract = httpx.get(f"{sara.url}/api/v1/info", timeout=10).json()["escrow"]
    assert contract[:6] in sara.approve()
    ben.sees("#trade-card h2", "Send")


def test_sara_and_ben_trade_from_offer_to_release_in_two_browsers(browser: Browser, shared: Running) -> None:
    offer = Trader(shared.url, index=1).offer()
    sara, ben = meet(browser, shared)
    trade = ben.take(offer, fiat="250")
    ben.sees("#trade-card h2", "Do not pay yet")
    sara.go(f"/trades/{trade}")
    sara.unlock_chat()
    ben.unlock_chat()
    sara.sees("[data-chat-state]", "Encrypted")
    ben.say(SECRET)
    sara.hears(SECRET)
    sara.say("I look at my bank now")
    ben.hears("I look at my bank now")
    _hand_over(sara)
    assert ben.page.locator("[data-details-list]").inner_text() == "", "details before the lock"
    lock(sara, ben, trade)
    ben.sees("[data-details-state]", "Name the account you pay from first")
    assert ben.page.locator("[data-details-list]").inner_text() == "", "details before the payer is named"
    ben.page.fill("#payer-name", PAYER)
    ben.page.get_by_role("button", name="Seal this name").click()
    ben.sees("[data-details-list]", "Sara Sorensen")
    expect(ben.page.locator("[data-details-list]")).to_be_visible()
    ben.sees("[data-proof-verdict]", "agree")
    assert "mark_paid" in ben.confirm("dialog-sent")
    sara.sees("#trade-card h2", "Look for")
    sara.sees("[data-payer-tick]", PAYER)
    reader = Trader(shared.url, index=2)
    before = reader.balance()
    assert "release" in sara.confirm("dialog-release")
    ben.sees("#trade-card h2", "in your wallet")
    expect(ben.page.locator("#payment")).to_be_hidden()
    # Without loading the page again: what one does after a trade, and no more of leaving it without this site.
    for who, peer in ((sara, "Ben"), (ben, "Sara")):
        who.sees("#after", f"How was {peer}?")
        expect(who.page.locator("#after").get_by_role("link", name="Receipt")).to_be_visible()
        expect(who.page.get_by_role("link", name="Get my coins without this site")).to_have_count(0)
    done = reader.get(f"/trades/{trade}")
    amount = int(done["amount"])
    assert reader.balance() - before == amount - amount * int(done["fee_bps"]) // 10_000
    ben.go(f"/trades/{trade}")
    ben.hears(SECRET)
    assert ben.trouble == []
    assert sara.trouble == []
    _nothing_readable_is_stored(shared)
    sara.close()
    ben.close()


def _hand_over(sara: Person) -> None:
    for field in sara.page.locator("[data-details-form] [name]").all():
        name = str(field.get_attribute("name"))
        if "holder" in name:
            field.fill("Sara Sorensen")
        elif "iban" in name:
            field.fill(IBAN)
    sara.page.locator("[data-details-form] button").click()
    sara.page.locator("[data-details-state]").wait_for()


def _nothing_readable_is_stored(parley: Running) -> None:
    dump = parley.manage("dumpdata", "chat", "trades", "core", "notifications")
    assert json.loads(dump)
    assert '"ct"' in dump, "there is ciphertext"
    for words in (SECRET, "purple elephant", IBAN, "Sara Sorensen", PAYER, "I look at my bank now"):
        assert words not in dump


def test_a_dispute_is_ruled_sixty_to_forty_and_both_are_paid(browser: Browser, shared: Running) -> None:
    trader = Trader(shared.url, index=1)
    offer = trader.offer()
    sara, ben = meet(browser, shared)
    trade = ben.take(offer, fiat="300")
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
    sara.sees("#case", "arbiter")
    trader.wait_for(trade, "disputed")
    carol = Person(browser, shared.url, "carol")
    carol.sign_in()
    carol.go("/arbiter")
    carol.page.locator("tr", has_text=trade).get_by_role("button").click()
    carol.page.wait_for_url("**/arbiter/cases/*")
    carol.page.wait_for_selector("html[data-live-ready]")
    seller, buyer = trader.balance(), Trader(shared.url, index=2)
    bought = buyer.balance()
    form = carol.page.locator("form[data-ruling]")
    form.locator("input[type=text], input[type=number]").first.fill("60")
    form.locator("[name=reason_code]").select_option("3")
    form.locator("[name=findings]").fill(FINDINGS)
    form.get_by_role("button", name="Sign ruling").click()
    expect(form.locator("[data-tick-error]")).to_be_visible()
    for tick in form.locator("[data-must-tick]").all():
        tick.check()
    form.get_by_role("button", name="Sign ruling").click()
    assert "60%" in carol.approve()
    done = trader.wait_for(trade, "resolved")
    amount = int(done["amount"])
    gross = amount * 6000 // 10_000
    assert buyer.balance() - bought == gross - gross * int(done["fee_bps"]) // 10_000
    assert trader.balance() - seller == amount - gross
    ben.go(f"/trades/{trade}/dispute")
    ben.sees("#case", "Ruling: 60")
    ben.sees("#case", "sixty of a hundred")
    assert [*sara.trouble, *ben.trouble, *carol.trouble] == []
    for person in (sara, ben, carol):
        person.close()


def test_a_declined_wallet_request_changes_nothing_and_says_so(browser: Browser, shared: Running) -> None:
    offer = Trader(shared.url, index=1).offer()
    sara, ben = meet(browser, shared)
    trade = ben.take(offer, fiat="100")
    sara.go(f"/trades/{trade}")
    button = sara.page.locator("[data-chain-action=fund]:visible").first
    button.click()
    sara.reject()
    sara.sees("#trade-card [data-action-error]", "You declined the request. Nothing was sent.")
    expect(button).to_be_focused()
    lock(sara, ben, trade)
    sara.close()
    ben.close()


def test_a_wallet_on_another_network_blocks_only_the_signing(browser: Browser, shared: Running) -> None:
    offer = Trader(shared.url, index=1).offer()
    sara, ben = meet(browser, shared)
    trade = ben.take(offer, fiat="100")
    # A wallet at the edge of the browser, announced like any other (EIP-6963): it holds Sara's account on chain 137.
    sara.page.add_init_script(POLYGON_WALLET.replace("ACCOUNT", Trader(shared.url, index=1).address))
    sara.go(f"/trades/{trade}")
    sara.page.locator("[data-chain-action=fund]:visible").first.click()
    sara.sees("#trade-card [data-action-error]", "This trade is on Local chain.")
    expect(sara.page.get_by_role("button", name="Switch to Local chain").first).to_be_visible()
    expect(sara.page.locator("[data-chat]")).to_be_visible()
    assert sara.page.locator(SHEET).count() == 0
    sara.close()
    ben.close()
