"""Visiting pages in tests: who asks, and what a reader (or a screen reader) would find in the answer."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client

from tests.builders import Actor

BACKEND = "exchange.accounts.backends.WalletBackend"
BLOCKS = frozenset({"p", "div", "dt", "dd", "td", "th", "li", "h1", "h2", "section", "label", "option", "button"})
VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "path", "use", "wbr"})


def visit(actor: Actor | None = None, **headers: str) -> Client:
    """Return a browser without scripts: anonymous, or signed in as `actor`."""
    client = Client(headers=headers)
    if actor is not None:
        client.force_login(actor.account, backend=BACKEND)
    return client


@dataclass
class Page(HTMLParser):
    """What stands in a page: headings, texts, forms, and whatever should not be there."""

    text: str = ""
    ids: list[str] = field(default_factory=list)
    h1: list[str] = field(default_factory=list)
    h2: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    controls: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.faults += [f"{tag} has {name}" for name in values if name == "style" or name.startswith("on")]
        if tag == "script" and not values.get("src"):
            self.faults.append("an inline script")
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "label" and "for" in values:
            self.labelled.add(values["for"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        if tag in {"input", "select", "textarea"} and values.get("type") not in {"hidden", "submit"}:
            self.controls.append({**values, "in_label": "1" if "label" in self._open else ""})
        if tag in BLOCKS:
            self.text += " "
        if tag in {"h1", "h2"}:
            getattr(self, tag).append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open or "style" in self._open or "head" in self._open:
            return
        self.text += data
        for tag in ("h1", "h2"):
            if tag in self._open:
                getattr(self, tag)[-1] += data

    @property
    def words(self) -> str:
        """All text with plain single blanks."""
        return " ".join(self.text.split())

    def unlabelled(self) -> list[str]:
        """Controls without a name."""
        return [
            control.get("name", "?")
            for control in self.controls
            if not control["in_label"] and control.get("id") not in self.labelled and "aria-label" not in control
        ]


def read(response: HttpResponse) -> Page:
    """Return what stands in an answer."""
    page = Page()
    page.feed(response.content.decode())
    return page


def sound(response: HttpResponse, *, status: int = 200) -> Page:
    """Assert that a whole page is well made, and return it."""
    assert response.status_code == status, response.content[:500]
    page = read(response)
    assert page.faults == []
    assert len(page.h1) == 1, page.h1
    assert len(page.ids) == len(set(page.ids)), sorted(i for i in page.ids if page.ids.count(i) > 1)
    assert page.unlabelled() == []
    assert "main" in page.ids
    assert "#main" in page.links
    return page
