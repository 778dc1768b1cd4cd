"""A receipt as a PDF of one page, drawn on the server: plain text and rules, no picture, no script, no form."""

from collections.abc import Iterable

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from exchange.web.receipt_facts import Receipt

# Millimetres.
MARGIN, LABEL = 18, 38
LINE = 6


def draw(receipt: Receipt, *, site_name: str) -> bytes:
    """Return the PDF's bytes."""
    pdf = FPDF(format="A4")
    pdf.set_margin(MARGIN)
    pdf.set_title(receipt.title)
    pdf.set_author(site_name)
    pdf.set_lang("en")
    pdf.add_page()
    _heading(pdf, receipt.title, size=18)
    _text(pdf, receipt.outcome)
    for name, rows in (("Parties", receipt.parties), ("Trade", receipt.deal), ("On chain", receipt.chain)):
        _heading(pdf, name, size=12)
        _rows(pdf, rows)
    _heading(pdf, "Check this receipt", size=12)
    pdf.set_font("Helvetica", size=8)
    pdf.multi_cell(0, 5, receipt.link, link=receipt.link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    _text(pdf, f"Made by {site_name}. It proves nothing by itself: the link and the chain do.")
    return bytes(pdf.output())


def _heading(pdf: FPDF, words: str, *, size: int) -> None:
    pdf.ln(4)
    pdf.set_font("Helvetica", style="B", size=size)
    pdf.multi_cell(0, LINE + 2, plain(words), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _text(pdf: FPDF, words: str) -> None:
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, LINE, plain(words), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _rows(pdf: FPDF, rows: Iterable[tuple[str, str]]) -> None:
    for name, value in rows:
        pdf.set_font("Helvetica", size=9)
        pdf.cell(LABEL, LINE, plain(name))
        pdf.set_font("Courier" if value.startswith("0x") else "Helvetica", size=9)
        pdf.multi_cell(0, LINE, plain(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def plain(words: str) -> str:
    """Return words in the letters that every PDF reader has; others become `?`, the addresses beside them do not."""
    tidy = words.replace("\u00a0", " ").replace("\u2212", "-").replace("\u2026", "...")
    return tidy.encode("latin-1", "replace").decode("latin-1")
