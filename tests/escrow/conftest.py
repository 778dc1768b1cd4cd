"""The chain of `tests/chain`, for the tests here that ask a contract."""

from tests.chain.conftest import node, world

__all__ = ["node", "world"]
