"""The socket at `/ws/`: hints to everyone who may hear them, and the chat of the two parties with acknowledgements.

One hub per process joins one channel and fans out to its own sockets; heartbeats carry heads, so nothing lost stays
unnoticed. Start reading at `consumer.py` and `hub.py`.
"""
