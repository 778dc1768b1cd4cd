"""A person with a browser window and a demo wallet: clicks what a trader would click."""

import os
import shutil
from pathlib import Path
from typing import ClassVar

from playwright.sync_api import Browser, Error, Locator, Page, Playwright, StorageState, expect

CHECKOUT = Path(__file__).resolve().parents[2]
AXE = CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--use-fake-device-for-media-stream"]
SHEET = "dialog[data-sheet=demo-wallet]"
PATIENCE = 20_000


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium, or Playwright's own where there is none; HEADED=1 shows it."""
    named = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in named if name and (path := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=found, args=FLAGS, headless=os.environ.get("HEADED") != "1")


class Visitor:
    """One window. `trouble` collects what the browser complained about: script errors and refused content."""

    open_now: ClassVar[list["Visitor"]] = []

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, scheme: str = "light") -> None:
        self.url = url
        self.trouble: list[str] = []
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",  # without a graphics card motion costs the tests a twelfth of their time
        )
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.page.on("console", lambda message: self._hear(message.text))
        Visitor.open_now.append(self)

    def go(self, path: str) -> None:
        """Open a page and wait until its scripts have taken over."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("html[data-live-ready]")

    def sees(self, selector: str, words: str) -> None:
        """Wait until an element holds these words."""
        expect(self.page.locator(selector).first).to_contain_text(words, timeout=PATIENCE)

    def look_with_axe(self) -> list[str]:
        """Return what axe finds wrong with this page, by WCAG 2.2 AA and best practice."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "axe.run({resultTypes: ['violations'], runOnly:"
            " ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]

    def close(self) -> None:
        """Close the window."""
        self.page.context.close()
        Visitor.open_now.remove(self)

    def describe(self) -> str:
        """Return what the window shows, for the report of a failed test."""
        return f"{self.page.url}\n{self.page.inner_text('body', timeout=2000)[:1500]}\n{self.trouble}"

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text or "TrustedScript" in text or "TrustedHTML" in text:
            self.trouble.append(f"policy: {text}")


class Person(Visitor):
    """A visitor who holds one of the demo wallets: sara, ben, carol or dora."""

    # What a browser kept of the first sign-in of each person on each site: their later windows start with it.
    signed_in: ClassVar[dict[tuple[str, str], StorageState]] = {}

    def __init__(self, browser: Browser, url: str, name: str, *, width: int = 1280, scheme: str = "light") -> None:
        super().__init__(browser, url, width=width, scheme=scheme)
        self.name = name

    def sign_in(self) -> None:
        """Sign in with the wallet once for each site; another window is one more of the same browser."""
        kept = self.signed_in.get((self.url, self.name))
        if kept is None:
            self._sign_in_with_wallet()
            self.signed_in[self.url, self.name] = self.page.context.storage_state()
        else:
            self.page.context.set_storage_state(kept)

    def _sign_in_with_wallet(self) -> None:
        """Connect the wallet, read the text, sign it."""
        self.go("/signin?next=/trades")
        self.page.click(f"[data-wallet-list] [data-wallet='demo.parley.{self.name}']")
        self.approve()
        self.sees("[data-signin-message] pre", "wants you to sign in with your Ethereum account")
        self.page.click("[data-signin-sign]")
        self.approve()
        self.page.wait_for_url(f"{self.url}/trades")

    def approve(self) -> str:
        """Approve what the wallet asks and return what it showed."""
        return self._answer("[data-demo-approve]")

    def reject(self) -> None:
        """Turn down what the wallet asks."""
        self._answer("[data-demo-reject]")

    def _answer(self, button: str) -> str:
        # This very sheet must go: the wallet may open its next one at once.
        sheet = self.page.wait_for_selector(SHEET)
        assert sheet is not None
        shown = sheet.inner_text()
        pressed = sheet.query_selector(button)
        assert pressed is not None
        pressed.click()
        try:
            sheet.wait_for_element_state("hidden")
        except Error as gone:
            # The page it was part of has gone with it.
            if "not attached" not in str(gone):
                raise
        return shown

    def take(self, offer: str, *, fiat: str) -> str:
        """Take an offer through its page, sign the terms, and return the trade's code."""
        self.go(f"/offers/{offer}")
        self.page.fill("#id_amount", fiat)
        self.page.get_by_role("button", name="Review trade").click()
        self.page.get_by_role("button", name="Start trade").click()
        self.page.wait_for_url("**/trades/*")
        self.page.click("[data-sign-terms]")
        assert "Terms" in self.approve()
        return self.page.url.rsplit("/", 1)[-1]

    def confirm(self, dialog: str) -> str:
        """Open a dialog, tick what it asks, press its button, approve in the wallet; return what the wallet showed."""
        self.open_dialog(dialog)
        box = self.page.locator(f"#{dialog}")
        for tick in box.locator("[data-must-tick]").all():
            tick.check()
        box.locator("[data-chain-action]").click()
        return self.approve()

    def open_dialog(self, dialog: str) -> Locator:
        """Open a dialog by the first visible button for it."""
        self.page.locator(f"[data-opens={dialog}]:visible").first.click()
        return self.page.locator(f"#{dialog}")

    def unlock_chat(self) -> None:
        """Unlock the chat: however many signatures the enrolment needs, each is approved."""
        self.page.click("[data-chat-unlock]")
        state = self.page.locator("[data-chat-state]")
        for _ in range(200):
            if self.page.locator(SHEET).count():
                self.approve()
            if state.inner_text().startswith(("Encrypted", "Waiting")):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the chat is {state.inner_text()}")

    def say(self, text: str) -> None:
        """Send a chat message with the Enter key."""
        self.page.fill("[data-chat-input]", text)
        self.page.keyboard.press("Enter")

    def hears(self, text: str) -> None:
        """Wait until a message with `text` is in the log."""
        self.sees("[data-chat-log]", text)
