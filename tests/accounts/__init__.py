"""Tests of people, sign-in and tokens."""
