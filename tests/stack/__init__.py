"""Tests of the embedded default: engines, supervisor, front port, messages before the start.

They start real processes and sockets in temporary folders; nothing touches `.parley/`. May import exchange.stack and
tests.engines. Start reading at `test_supervisor.py`.
"""
