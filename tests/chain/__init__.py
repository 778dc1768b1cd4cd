"""Tests on a real Anvil of their own: life cycles, reorganisations, crashes, timeouts, the keeper."""
