"""The three ways to backfill that `indexer.py` compares. Imported once Django is set up."""

import contextlib
import time
from collections.abc import Generator
from typing import Any
from unittest import mock

import orjson
from django.db import connection
from web3 import Web3

from bench._cpu import cpu_seconds
from bench._figure import progress
from escrow import abi, deployment
from escrow.decode import event_topics
from escrow.indexer import fold, scan
from escrow.indexer.credit import CreditChanges
from escrow.indexer.step import Follower
from escrow.models import Block, ChainEvent, Credit, Cursor, Escrow
from escrow.rpc import Chain, Node

TABLES = (Block, ChainEvent, Escrow, Credit, Cursor)
# Microseconds of CPU for each event, of the last run of each side and by who took it: no other load shows in them.
CPU: dict[str, dict[str, float]] = {}
# The process ids of the node and of PostgreSQL.
ENGINES: dict[str, int] = {}


@contextlib.contextmanager
def count_cpu(side: str, *, events: int) -> Generator[None]:
    """Note what the block takes of the CPU here and in the engines."""
    mine, theirs = time.process_time(), {name: cpu_seconds(pid) for name, pid in ENGINES.items()}
    yield
    spent = {"this process": time.process_time() - mine}
    spent |= {name: cpu_seconds(pid) - theirs[name] for name, pid in ENGINES.items()}
    CPU[side] = {name: 1e6 * seconds / events for name, seconds in spent.items()}


def empty() -> None:
    """Forget everything that was indexed."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in TABLES)} RESTART IDENTITY")  # noqa: SLF001


def ours(url: str, *, start: int, end: int, events: int, with_mirror: bool = True) -> float:
    """Return events a second of the product's own follower, from empty tables to the last row."""
    empty()
    chain = Chain([url], chain_id=31337, read_seconds=60)
    follower = Follower(chain, contracts=deployment.contracts(), start=start, confirmations=1)
    with count_cpu("ours" if with_mirror else "bare", events=events):
        started = time.perf_counter()
        with contextlib.nullcontext() if with_mirror else _no_mirror():
            while follower.step(until=end).has_more:
                pass
        taken = time.perf_counter() - started
    stored = ChainEvent.objects.filter(state="final").count()
    if stored != events or (with_mirror and Escrow.objects.filter(final_status="released").count() * 3 != events):
        raise RuntimeError(f"{stored} events of {events} were stored")
    progress(f"ours {'with' if with_mirror else 'without'} mirror: {events / taken:.0f}/s")
    return events / taken


@contextlib.contextmanager
def _no_mirror() -> Generator[None]:
    """Leave out escrows and credits, to tell what they cost."""
    with (
        mock.patch.object(scan, "begin", return_value=fold.begin([])),
        mock.patch.object(fold, "fold_in", return_value={}),
        mock.patch.object(CreditChanges, "add"),
    ):
        yield


def limit(url: str, *, start: int, end: int, events: int, at_once: int) -> float:
    """Return events a second of raw requests and orjson."""
    node = Node(url, read_seconds=60)
    node.call("eth_chainId")
    seen = 0
    with count_cpu("limit", events=events):
        started = time.perf_counter()
        for first in range(start, end + 1, at_once):
            last = min(end, first + at_once - 1)
            body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [_filter(first, last)]}
            answer = node._pool.request("POST", url, body=orjson.dumps(body), headers=node._headers)  # noqa: SLF001
            seen += len(orjson.loads(answer.data)["result"])
        taken = time.perf_counter() - started
    if seen != events:
        raise RuntimeError(f"{seen} events of {events} were read")
    progress(f"limit: {events / taken:.0f}/s")
    return events / taken


def idiom(url: str, *, start: int, end: int, at_once: int, most: int) -> float:
    """Return events a second of web3.py's documented way, each row inserted unless it is there."""
    empty()
    w3 = Web3(Web3.HTTPProvider(url, request_kwargs={"timeout": 60}))
    contract = w3.eth.contract(address=Web3.to_checksum_address(deployment.contract_address()), abi=_abi())
    events = [contract.events.Funded(), contract.events.Paid(), contract.events.Released()]
    by_topic = {"0x" + Web3.keccak(text=abi_of.abi_element_identifier).hex(): abi_of for abi_of in events}
    seen = 0
    started = time.perf_counter()
    first = start
    while first <= end and seen < most:
        last = min(end, first + at_once - 1)
        for log in w3.eth.get_logs({"fromBlock": first, "toBlock": last, "address": contract.address}):
            told = by_topic[log["topics"][0].to_0x_hex()].process_log(log)
            ChainEvent.objects.get_or_create(
                chain_id=31337,
                block_number=told["blockNumber"],
                block_hash=told["blockHash"].to_0x_hex(),
                log_index=told["logIndex"],
                defaults={
                    "contract": told["address"],
                    "tx_hash": told["transactionHash"].to_0x_hex(),
                    "block_time": 0,
                    "name": told["event"],
                    "trade_id": Web3.to_hex(told["args"]["tradeId"]),
                    "payload": log["data"].hex(),
                    "state": "seen",
                },
            )
            seen += 1
            if seen == most:
                break
        first = last + 1
    return seen / (time.perf_counter() - started)


def _filter(first: int, last: int) -> dict[str, Any]:
    contracts = list(deployment.contracts())
    return {"fromBlock": hex(first), "toBlock": hex(last), "address": contracts, "topics": [event_topics()]}


def _abi() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = abi.artifact("Escrow")["abi"]
    return entries
