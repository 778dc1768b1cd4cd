"""The form of a word about the other side of a trade."""

from django import forms

from exchange.reputation import feedback


class FeedbackForm(forms.Form):
    """A word about the other side."""

    is_good = forms.ChoiceField(
        label="Would you trade with them again?",
        choices=(("1", "Yes"), ("0", "No")),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes or no."},
    )
    text = forms.CharField(
        label="In a few words (optional)",
        required=False,
        max_length=feedback.MOST_WORDS,
        help_text="Everyone can read this. No account numbers, no full names.",
        widget=forms.Textarea({"rows": 3, "data-draft": "feedback"}),
    )
