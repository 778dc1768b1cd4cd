"""Tests of exchange/webhooks."""
