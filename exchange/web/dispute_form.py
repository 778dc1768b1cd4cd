"""The statement form of a dispute: reason, what is wanted, what happened."""

from decimal import Decimal
from typing import Any

from django import forms

from exchange.core.money import BPS
from exchange.disputes.actions import LEAST_WORDS, MOST_WORDS
from exchange.disputes.models import Reason
from exchange.web.forms_amount import AmountField

REASONS: dict[str, tuple[Reason, ...]] = {
    "buyer": (Reason.NOT_RELEASED, Reason.NO_ANSWER, Reason.WRONG_AMOUNT, Reason.ASKED_OFF_SITE, Reason.OTHER),
    "seller": (
        Reason.NOT_RECEIVED,
        Reason.WRONG_AMOUNT,
        Reason.OTHER_NAME,
        Reason.REVERSED,
        Reason.NO_ANSWER,
        Reason.ASKED_OFF_SITE,
        Reason.OTHER,
    ),
}
WISHES = (("buyer", "All of it to the buyer"), ("seller", "All of it back to the seller"), ("split", "A split"))


class StatementForm(forms.Form):
    """What one party says happened and wants."""

    reason = forms.ChoiceField(
        label="What is wrong?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong.", "invalid_choice": "Choose what is wrong."},
    )
    wish = forms.ChoiceField(
        label="What should happen with the coins?",
        choices=WISHES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what should happen with the coins."},
    )
    share = AmountField(
        label="If a split: the buyer's share",
        required=False,
        above_zero=False,
        places=2,
        most=Decimal(100),
        unit="%",
    )
    statement = forms.CharField(
        label="What happened?",
        help_text=f"{LEAST_WORDS} to {MOST_WORDS:,} characters: what, when, which account, what you tried.",
        widget=forms.Textarea({"rows": 8, "data-draft": "statement"}),
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={
            "required": "Write what happened.",
            "min_length": f"Write at least {LEAST_WORDS} characters about what happened; these are %(show_value)d.",
            "max_length": f"Write at most {MOST_WORDS:,} characters; these are %(show_value)d.",
        },
    )

    def __init__(self, *args: Any, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = REASONS.get(side, REASONS["buyer"])
        self.fields["reason"].choices = [(str(reason), reason.label) for reason in reasons]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the share where a split is wanted."""
        data = super().clean() or {}
        if data.get("wish") == "split" and data.get("share") is None and "share" not in self.errors:
            self.add_error("share", "Enter the buyer's share in percent.")
        return data

    def said(self) -> dict[str, Any]:
        """Return what `disputes.actions.open_case` takes."""
        data = self.cleaned_data
        shares = {"buyer": BPS, "seller": 0}
        wish = shares.get(data["wish"], int((data.get("share") or Decimal(0)) * 100))
        return {"reason": data["reason"], "wish_bps": wish, "statement": data["statement"]}
