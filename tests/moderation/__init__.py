"""Tests of exchange/moderation."""
