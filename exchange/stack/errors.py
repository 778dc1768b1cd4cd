"""The one error of this package: a sentence for the person at the terminal that says what to do."""


class StackError(Exception):
    """The stack cannot start or go on; the message names the cause and the remedy and is printed alone."""
