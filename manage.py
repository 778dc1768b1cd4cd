#!/usr/bin/env python
"""Django's command line for Parley: `manage.py up` starts the whole exchange, `manage.py help` lists the rest."""

import os
import sys


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
