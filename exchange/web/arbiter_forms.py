"""What an arbiter writes beside a ruling: a request for evidence, and the reason for giving a case back."""

from datetime import datetime, timedelta

from django import forms

HOURS = (("2", "2 hours"), ("6", "6 hours"), ("24", "1 day"), ("48", "2 days"))


class AskForm(forms.Form):
    """Who is to show what, by when."""

    side = forms.ChoiceField(label="Who?", choices=(("both", "Both"), ("buyer", "Buyer"), ("seller", "Seller")))
    text = forms.CharField(
        label="What should they show?",
        widget=forms.Textarea({"rows": 3, "data-draft": "ask"}),
        error_messages={"required": "Say what is to be shown."},
    )
    hours = forms.ChoiceField(label="By when?", choices=HOURS, initial="24")

    def due_at(self, *, now: datetime, latest: datetime | None) -> datetime:
        """Return the moment meant; never after the time to rule."""
        due = now + timedelta(hours=int(self.cleaned_data["hours"]))
        return min(due, latest) if latest else due


class RecuseForm(forms.Form):
    """Why this arbiter should not judge."""

    reason = forms.CharField(
        label="Why? Both sides read this.", max_length=500, error_messages={"required": "Give the reason."}
    )
