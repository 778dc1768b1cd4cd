"""Tests of assets, currencies and payment methods."""
