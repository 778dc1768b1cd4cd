"""A receipt as a PDF of one page, drawn on the server: plain text and rules, no picture, no script, no form."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from exchange.web.receipt_facts import Receipt

# Millimetres.
MARGIN, LABEL = 18, 38
LINE = 6
# Built with the pages (frontend/build.mjs): Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic letters.
_FONTS = Path(__file__).resolve().parent.parent / "static" / "parley"
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_TIDY = str.maketrans({"\u00a0": " ", "\u2212": "-", "\u2026": "..."})


@dataclass(frozen=True, slots=True)
class _Letters:
    """Which fonts a receipt is drawn with, and which letters they have; None for those every PDF reader brings."""

    text: str = "Helvetica"
    code: str = "Courier"
    known: frozenset[int] | None = None

    def plain(self, words: str) -> str:
        """Return words in letters that can be drawn; others become `?`, the addresses beside them do not."""
        tidy = words.translate(_TIDY)
        if self.known is None:
            return tidy.encode("latin-1", "replace").decode("latin-1")
        return "".join(letter if ord(letter) in self.known else "?" for letter in tidy)


def draw(receipt: Receipt, *, site_name: str) -> bytes:
    """Return the PDF's bytes."""
    pdf = FPDF(format="A4")
    letters = _letters_for(pdf, receipt, site_name)
    pdf.set_margin(MARGIN)
    pdf.set_title(receipt.title)
    pdf.set_author(site_name)
    pdf.set_lang("en")
    pdf.add_page()
    _heading(pdf, letters, receipt.title, size=18)
    _text(pdf, letters, receipt.outcome)
    for name, rows in (("Parties", receipt.parties), ("Trade", receipt.deal), ("On chain", receipt.chain)):
        _heading(pdf, letters, name, size=12)
        _rows(pdf, letters, rows)
    _heading(pdf, letters, "Check this receipt", size=12)
    pdf.set_font(letters.text, size=8)
    pdf.multi_cell(0, 5, receipt.link, link=receipt.link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    _text(pdf, letters, f"Made by {site_name}. It proves nothing by itself: the link and the chain do.")
    return bytes(pdf.output())


def _letters_for(pdf: FPDF, receipt: Receipt, site_name: str) -> _Letters:
    """Return the reader's own fonts where they will do, else ours: those make a file larger and take a while longer."""
    rows = (*receipt.parties, *receipt.deal, *receipt.chain)
    words = "".join((receipt.title, receipt.outcome, site_name, *(part for row in rows for part in row)))
    try:
        words.translate(_TIDY).encode("latin-1")
    except UnicodeEncodeError:
        for style, file in _FILES.items():
            pdf.add_font("DejaVu", style=style, fname=_FONTS / file)
        pdf.add_font("DejaVuMono", fname=_FONTS / "DejaVuSansMono.ttf")
        font = pdf.fonts["dejavu"]
        assert isinstance(font, TTFFont)
        return _Letters(text="DejaVu", code="DejaVuMono", known=frozenset(font.cmap))
    return _Letters()


def _heading(pdf: FPDF, letters: _Letters, words: str, *, size: int) -> None:
    pdf.ln(4)
    pdf.set_font(letters.text, style="B", size=size)
    pdf.multi_cell(0, LINE + 2, letters.plain(words), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _text(pdf: FPDF, letters: _Letters, words: str) -> None:
    pdf.set_font(letters.text, size=10)
    pdf.multi_cell(0, LINE, letters.plain(words), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _rows(pdf: FPDF, letters: _Letters, rows: Iterable[tuple[str, str]]) -> None:
    for name, value in rows:
        pdf.set_font(letters.text, size=9)
        pdf.cell(LABEL, LINE, letters.plain(name))
        pdf.set_font(letters.code if value.startswith("0x") else letters.text, size=9)
        pdf.multi_cell(0, LINE, letters.plain(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
