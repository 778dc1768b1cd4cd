"""Tests of the trade-room log and of its cryptography."""
