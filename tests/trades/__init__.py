"""Tests of trades: from take to payout, on real PostgreSQL and Anvil."""
