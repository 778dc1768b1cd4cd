"""Tests of the socket: a real uvicorn and real WebSocket clients on the test database, Redis between the processes."""
