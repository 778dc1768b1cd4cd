"""The form that tells staff about a trader."""

from django import forms

from exchange.moderation import reports
from exchange.moderation.models import Report


class ReportForm(forms.Form):
    """What is wrong, and what happened."""

    reason = forms.ChoiceField(label="What is wrong?", choices=Report.Reason.choices)
    text = forms.CharField(
        label="What happened?",
        min_length=reports.LEAST_WORDS,
        max_length=reports.MOST_WORDS,
        help_text="When, in which trade, and what was said. Only staff read this.",
        widget=forms.Textarea({"rows": 4, "data-draft": "report"}),
    )
