"""Tests of disputes: statements, claims and rulings."""
