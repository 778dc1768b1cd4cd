"""`manage.py verify_transcript FILE`: judges a transcript or an exported case file, offline, without the database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.chat.transcript import NotATranscript
from exchange.disputes import exported, verdict


class Command(BaseCommand):
    """Print a verdict; leave with an error unless every check passed."""

    help = "Check that a transcript or an exported case file is whole, unaltered and in order."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        """Add the file, and a switch to print what was said."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--show", action="store_true", help="print the messages whose keys were disclosed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, judge, print."""
        try:
            told = json.loads(options["file"].read_text(encoding="utf-8"))
            is_case = isinstance(told, dict) and told.get("kind") == exported.KIND
            faults = exported.faults(told) if is_case else []
            found = verdict.find(told["transcript"] if is_case else told)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except (NotATranscript, ValueError, KeyError, TypeError) as error:
            raise CommandError(str(error)) from error
        if options["show"]:
            for line in found.lines:
                text = "(withheld)" if line.content is None else json.dumps(line.content, ensure_ascii=True)
                self.stdout.write(f"{line.seq:>4}  {line.sent_at}  {line.sender}  {text}")
        for problem in (*faults, *found.problems):
            self.stdout.write(problem)
        self.stdout.write(found.words)
        if is_case and not faults:
            self.stdout.write(f"Signed by the arbiter {told['arbiter']}; nothing was altered since.")
        if found.problems or faults:
            raise CommandError("The transcript is not sound.")
