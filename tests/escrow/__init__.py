"""Tests of the chain side that need no mining: terms, calls, decoding, mirror, signatures, relay, nodes."""
