"""Starts everything in order and keeps it running until Ctrl-C.

1. Look before anything starts (`preflight`), take the home, end what a killed run left behind.
2. Open the port: whoever comes early sees the steps. Start the engines side by side.
3. Refuse a database that was built on another chain. Write `runtime.env`.
4. One child makes tables, catalogue, contract and demo data; then all processes start side by side.
5. On Ctrl-C or SIGTERM stop processes first and engines last; a second one ends everything at once.
"""

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field

from exchange.stack import roles
from exchange.stack.anvil import DEV_KEY_0, Anvil
from exchange.stack.chain_record import check_chain, escrow_address
from exchange.stack.command import stop_leftovers
from exchange.stack.coturn import Coturn
from exchange.stack.engine import Engine
from exchange.stack.environment import Addresses, add_keeper_key, compose_environment, write_runtime
from exchange.stack.errors import StackError
from exchange.stack.front import Front
from exchange.stack.home import Home, find_home, hold_lock, write_secret
from exchange.stack.pages import Progress
from exchange.stack.ports import choose_port
from exchange.stack.postgres import Postgres
from exchange.stack.preflight import Plan, check_given, check_home, check_installed, read_plan, read_port
from exchange.stack.redis import Redis
from exchange.stack.supervisor import Service, Supervisor, Tier, keep

_ENGINES, _DATA, _WEB, _REST = (
    "Database, Redis and local chain",
    "Tables, catalogue, contract and demo data",
    "Pages",
    "Sockets, indexer, keeper and background work",
)
# A signal may reach us twice, from the terminal and from make; only a later one means "now" (seconds).
_IMPATIENCE = 1.0


@dataclass(kw_only=True)
class Stack:
    """One run of the whole exchange."""

    plan: Plan
    home: Home
    given: Mapping[str, str]
    say: Callable[[str], None]
    web_port: int = field(default_factory=choose_port)
    ws_port: int = field(default_factory=choose_port)

    def __post_init__(self) -> None:
        """Lay out the parts; nothing starts yet."""
        log = self.home.log
        self.engines: dict[str, Engine] = {}
        if self.plan.postgres:
            self.engines["postgres"] = Postgres(folder=self.home.postgres, log=log / "postgres.log")
        if self.plan.redis:
            self.engines["redis"] = Redis(folder=self.home.redis, log=log / "redis.log", port=choose_port())
        if self.plan.anvil:
            port = choose_port(preferred=read_port(self.given, "RPC_PORT", default=8545))
            self.engines["anvil"] = Anvil(folder=self.home.anvil, log=log / "anvil.log", port=port)
        if self.plan.turn:
            port = choose_port()
            self.engines["turn"] = Coturn(
                folder=self.home.turn, log=log / "turn.log", port=port, secret=self.home.turn_secret
            )
        self.progress = Progress([_ENGINES, _DATA, _WEB, _REST])
        self.supervisor = Supervisor(pids=self.home.pids, say=self.say)
        self.front = Front(port=self.plan.port, web_port=self.web_port, ws_port=self.ws_port, progress=self.progress)

    async def start(self) -> None:
        """Bring everything up. Raises `StackError`; call `stop` in either case."""
        began = time.monotonic()
        await self.front.open()
        await _together(self.supervisor.start(keep(engine, name=name)) for name, engine in self.engines.items())
        if self.plan.anvil:
            await asyncio.to_thread(check_chain, self.home.chain_record, url=self.engines["anvil"].url)
        environment = self._environment()
        write_runtime(self.home.runtime_env, environment)
        self.progress.finish(_ENGINES)
        # The web process loads while the data is made ready; nobody is let in before both are done.
        await _together([self._prepare(environment), self._start_web(environment)])
        await asyncio.to_thread(roles.answers_http, self.web_port)
        self.progress.finish(_WEB)
        self.progress.is_ready = True
        self.say(f"parley   | pages answer after {time.monotonic() - began:.1f} s")
        await self._start_rest(environment)
        self.say(f"parley   | everything is up after {time.monotonic() - began:.1f} s; Ctrl-C stops it")
        if environment.get("DEMO") == "1":
            self.say("parley   | Sara sells, Ben buys, Carol arbitrates: play money on a local chain")
        self.say(f"parley   | Parley is ready: http://localhost:{self.plan.port}")

    async def run(self) -> None:
        """Keep going until this task is cancelled: the supervisor mends, Anvil's last good state is kept aside."""
        anvil = self.engines.get("anvil")
        while True:
            await asyncio.sleep(5)
            if isinstance(anvil, Anvil):
                await asyncio.to_thread(anvil.keep_good_state)

    async def stop(self) -> None:
        """Stop everything, the port first and the engines last."""
        self.home.runtime_env.unlink(missing_ok=True)
        await self.front.close()
        await self.supervisor.stop()

    def _environment(self) -> dict[str, str]:
        urls = {name: engine.url for name, engine in self.engines.items()}
        addresses = Addresses(
            database=urls.get("postgres"),
            redis=urls.get("redis"),
            chain=urls.get("anvil"),
            escrow=escrow_address(),
            turn=urls.get("turn"),
        )
        return compose_environment(addresses, home=self.home, port=self.plan.port, given=self.given)

    async def _prepare(self, environment: dict[str, str]) -> None:
        await self.supervisor.run(roles.manage("prepare", environment, name="prepare"))
        self.progress.finish(_DATA)

    async def _start_web(self, environment: dict[str, str]) -> None:
        await self.supervisor.start(
            Service(
                name="web",
                tier=Tier.PROCESS,
                command=lambda: roles.web(environment, port=self.web_port),
                is_ready=lambda: roles.listens(self.web_port),
            )
        )

    async def _start_rest(self, environment: dict[str, str]) -> None:
        demo_key = self.home.keeper_key if self.plan.anvil else None
        keeping = add_keeper_key(environment, given=self.given, demo_key=demo_key)
        rest = [
            Service(
                name="ws",
                tier=Tier.PROCESS,
                command=lambda: roles.ws(environment, port=self.ws_port),
                is_ready=lambda: roles.listens(self.ws_port),
            ),
            Service(name="indexer", tier=Tier.PROCESS, command=lambda: roles.indexer(environment)),
            Service(name="keeper", tier=Tier.PROCESS, command=lambda: roles.keeper(keeping)),
            Service(name="worker", tier=Tier.PROCESS, command=lambda: roles.worker(environment)),
            Service(name="beat", tier=Tier.PROCESS, command=lambda: roles.beat(environment, folder=self.home.beat)),
        ]
        await _together(self.supervisor.start(service) for service in rest)
        self.progress.finish(_REST)


async def _together(jobs: Iterable[Coroutine[None, None, None]]) -> None:
    """Run `jobs` side by side; the first that fails cancels the others, and its error is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except* StackError as errors:
        raise errors.exceptions[0] from None


async def _run(stack: Stack) -> int:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(_start_and_run(stack))
    asked: float | None = None

    def interrupt() -> None:
        nonlocal asked
        if asked is None:
            asked = loop.time()
            work.cancel()
        elif loop.time() - asked > _IMPATIENCE:
            stack.supervisor.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupt)
    code = 0
    try:
        await work
    except asyncio.CancelledError:
        stack.say("parley   | stopping")
    except StackError as error:
        stack.say(f"parley   | {error}")
        code = 1
    finally:
        asked = asked or loop.time()
        await stack.stop()
    stack.say("parley   | stopped")
    return code


async def _start_and_run(stack: Stack) -> None:
    await stack.start()
    await stack.run()


def bring_up() -> int:
    """Start the exchange and keep it running; return the exit code."""
    try:
        home = find_home()
        given = dict(os.environ)
        plan = read_plan(given)
        check_installed(plan)
        check_given(plan, given=given)
        check_home(home.root)
        home.create()
        with contextlib.closing(hold_lock(home)):
            for name in stop_leftovers(home.pids):
                _print(f"parley   | ended {name}, left over from a run that was killed")
            write_secret(home.secret_key)
            write_secret(home.node_key, value=f"0x{secrets.token_hex(32)}")
            write_secret(home.turn_secret)
            if plan.anvil:
                write_secret(home.keeper_key, value=DEV_KEY_0)
            if not plan.turn and not given.get("TURN_URLS"):
                _print("parley   | no calls: this machine has no turnserver (Debian: apt-get install coturn)")
            return asyncio.run(_run(Stack(plan=plan, home=home, given=given, say=_print)))
    except StackError as error:
        _print(f"parley   | {error}")
        return 1


def _print(line: str) -> None:
    print(line, flush=True)
