"""Tests of market prices."""
