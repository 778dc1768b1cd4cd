"""Guides: Markdown files of `docs/`, rendered on the server. Raw HTML in them stays text."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from exchange.core.errors import NotFound

# In the order of the index. `api` explains what the reference cannot.
GUIDES: dict[str, str] = {
    "first-buy": "guides/first-buy.md",
    "first-sell": "guides/first-sell.md",
    "dispute": "guides/dispute.md",
    "safety": "guides/safety.md",
    "verify-the-contract": "guides/verify-the-contract.md",
    "leave-without-the-site": "guides/leave-without-the-site.md",
    "run-your-own": "guides/run-your-own.md",
    "api": "api.md",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One guide; `summary` is its first paragraph as plain text, `text` everything as plain text, for the search."""

    slug: str
    title: str
    summary: str
    text: str
    html: SafeString


@cache
def guides() -> dict[str, Guide]:
    """Return all guides; the files come with the release and do not change while we run."""
    folder: Path = settings.BASE_DIR / "docs"
    return {slug: _read(slug, (folder / file).read_text(encoding="utf-8")) for slug, file in GUIDES.items()}


def _read(slug: str, source: str) -> Guide:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    tokens = markdown.parse(source)
    texts: list[str] = []
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slugify(following.content))
        if token.type in {"fence", "inline"}:
            texts.append(token.content)
        if token.type == "fence":
            token.info = token.info.split(" ")[0]
    paragraph = next(after.content for token, after in pairwise(tokens) if token.type == "paragraph_open")
    html = markdown.renderer.render(tokens, markdown.options, {})
    # A reader of the keyboard alone must be able to scroll what is wider than the page.
    html = html.replace("<pre>", '<pre tabindex="0">').replace(
        "<table>", '<div class="table-scroll" tabindex="0"><table>'
    )
    html = html.replace("</table>", "</table></div>")
    return Guide(
        slug=slug,
        title=tokens[1].content,
        summary=paragraph.replace("`", "").replace("*", ""),
        text=" ".join(texts),
        # Our own files, rendered with raw HTML switched off.
        html=mark_safe(html),  # noqa: S308
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the guides, or those that speak of `?q=`."""
    wanted = " ".join(request.GET.get("q", "")[:100].split())
    words = wanted.casefold().split()
    found = [one for one in guides().values() if all(word in one.text.casefold() for word in words)]
    return render(request, "docs/index.html", {"guides": list(guides().values()), "found": found, "wanted": wanted})


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one guide."""
    found = guides().get(slug)
    if found is None:
        raise NotFound("There is no such guide.")
    return render(request, "docs/guide.html", {"guide": found, "guides": list(guides().values()), "current": slug})
