"""Tests of Parley: they mirror the packages, and add chain (a real Anvil), e2e (a real browser), property and rules.

They run against real PostgreSQL, Redis and Anvil, started by `engines.py` before Django reads its settings. Start
reading at `engines.py` and `builders.py`; the actors are Sara, who sells, Ben, who buys, and Mallory, who attacks.
"""
