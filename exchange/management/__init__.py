"""Command line of the exchange: `manage.py help` lists it.

Each command is a thin face: it reads its options, calls one action or query of an app, and prints what came of it.
Commands are composition, so they may import any package. Start reading at `commands/up.py`.
"""
