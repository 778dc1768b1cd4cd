"""`manage.py verify_transcript FILE`: judges an exported chat transcript, offline and without the database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.chat.transcript import NotATranscript, judge


class Command(BaseCommand):
    """Print a verdict; leave with an error unless every check passed."""

    help = "Check that an exported chat transcript is whole, unaltered and in order."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        """Add the file, and a switch to print what was said."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--show", action="store_true", help="print the messages whose keys were disclosed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, judge, print."""
        try:
            verdict = judge(json.loads(options["file"].read_text(encoding="utf-8")))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except (NotATranscript, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["show"]:
            for line in verdict.lines:
                text = "(withheld)" if line.content is None else json.dumps(line.content, ensure_ascii=True)
                self.stdout.write(f"{line.seq:>4}  {line.sent_at}  {line.sender}  {text}")
        for problem in verdict.problems:
            self.stdout.write(problem)
        self.stdout.write(verdict.words)
        if verdict.problems:
            raise CommandError("The transcript is not sound.")
