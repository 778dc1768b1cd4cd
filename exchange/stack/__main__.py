"""`python -m exchange.stack up|reset`: what `make run` and `make reset` call.

It starts without Django, whose settings need the engines that are only about to start.
"""

import sys

from exchange.stack.errors import StackError
from exchange.stack.home import find_home
from exchange.stack.reset import remove_data
from exchange.stack.up import bring_up


def main(arguments: list[str]) -> int:
    """Run one of the two commands; return the exit code."""
    if arguments == ["up"]:
        return bring_up()
    if arguments == ["reset"]:
        home = find_home()
        try:
            done = remove_data(home)
        except StackError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"Removed the data in {home.root}." if done else "There was nothing to remove.")
        return 0
    print("Usage: python -m exchange.stack up|reset", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
