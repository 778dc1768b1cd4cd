"""`manage.py deploy_escrow`: the contract, and on the local chain the play-money token and its holders."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escrow import deploy
from escrow.errors import RpcError
from escrow.rpc import Node
from exchange import env

# Accounts 1 to 9 of the mnemonic every development node is started with; number 9 pays for the deployment. They are
# published and worth nothing on any other chain.
DEMO_ACCOUNTS = [
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
    "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
    "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
    "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955",
    "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
    "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
]
DEMO_DEPLOYER_KEY = "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"
DEMO_DOLLARS = 1_000_000


class Command(BaseCommand):
    """Deploy what is not there yet and print where everything stands."""

    help = "Deploy the escrow contract to its CREATE2 address; DEPLOYER_KEY pays. Safe to run again."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the chain, deploy, and on the local chain hand out play money."""
        url = settings.CHAIN_RPC_URLS[0]
        key = env.text("DEPLOYER_KEY", DEMO_DEPLOYER_KEY if settings.DEMO else None)
        try:
            self._check_chain(Node(url))
            self.stdout.write(f"ESCROW_ADDRESS={deploy.deploy_escrow(url, key)}")
            if settings.DEMO:
                self.stdout.write(f"DEMO_TOKEN_ADDRESS={deploy.deploy_demo_token(url, key)}")
                deploy.fund_demo_accounts(url, key, accounts=DEMO_ACCOUNTS, dollars=DEMO_DOLLARS)
        except (deploy.CannotDeploy, RpcError) as error:
            raise CommandError(f"The contract was not deployed: {error}") from error

    def _check_chain(self, node: Node) -> None:
        told = int(node.call("eth_chainId"), 16)
        if told != settings.CHAIN_ID:
            raise CommandError(f"The node serves chain {told}, but CHAIN_ID is {settings.CHAIN_ID}.")
        genesis = node.call("eth_getBlockByNumber", "0x0", False)
        self.stdout.write(f"# chain {told}, genesis {genesis['hash'] if genesis else 'unknown'}")
