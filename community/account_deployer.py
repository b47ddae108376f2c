"""An account that deploys a community over JSON-RPC."""

from typing import Any

from eth_account.signers.local import LocalAccount
from web3 import AsyncWeb3
from web3.exceptions import TimeExhausted, Web3Exception, Web3RPCError
from web3.types import TxReceipt

from community.deployment import DeploymentError
from dems_protocol.contracts import decode_error
from dems_protocol.contracts.abi import Call

LARGEST_TRANSACTION_GAS = 16_777_216
"""What a transaction may use at most under EIP-7825."""


class AccountDeployer:
    """Signs with a local account and waits for each transaction. Implements `community.deployment.Deployer`.

    Every method raises DeploymentError, with the contract's own error where there is one, when a transaction reverts,
    does not fit into EIP-7825's limit, or is in no block after ``timeout`` seconds.
    """

    def __init__(self, web3: AsyncWeb3[Any], account: LocalAccount, *, timeout: float = 60.0) -> None:
        self._web3 = web3
        self._account = account
        self._timeout = timeout

    @property
    def address(self) -> bytes:
        """The account's address."""
        return bytes.fromhex(self._account.address.removeprefix("0x"))

    def on(self, web3: AsyncWeb3[Any]) -> AccountDeployer:
        """Return the same account on another connection."""
        return AccountDeployer(web3, self._account, timeout=self._timeout)

    async def next_nonce(self) -> int:
        """Return the nonce of the account's next transaction."""
        return await self._web3.eth.get_transaction_count(self._account.address)

    async def deploy(self, code: bytes) -> bytes:
        """Deploy creation code with its arguments; return the address."""
        receipt = await self._send({"data": code})
        address = receipt["contractAddress"]
        if address is None:
            raise DeploymentError("the chain says of no address where the contract went")
        return bytes.fromhex(address.removeprefix("0x"))

    async def call(self, to: bytes, data: bytes) -> None:
        """Send a transaction."""
        await self.transact(to, data)

    async def transact(self, to: bytes, data: bytes) -> TxReceipt:
        """Send a transaction; return its receipt."""
        return await self._send({"to": self._web3.to_checksum_address(to), "data": data})

    async def read[R](self, to: bytes, call: Call[R]) -> R:
        """Call a function without a transaction; return what it returns."""
        request: Any = {"to": self._web3.to_checksum_address(to), "data": call.calldata()}
        try:
            return call.returned(await self._web3.eth.call(request))
        except Web3RPCError as error:
            raise _explained(error) from error

    async def _send(self, request: dict[str, Any]) -> TxReceipt:
        try:
            transaction: Any = {
                **request,
                "from": self._account.address,
                "nonce": await self.next_nonce(),
                "chainId": await self._web3.eth.chain_id,
            }
            transaction["gas"] = await self._web3.eth.estimate_gas(transaction)
            fees = await self._web3.eth.fee_history(1, "latest")
            transaction["maxPriorityFeePerGas"] = 0
            transaction["maxFeePerGas"] = 2 * max(fees["baseFeePerGas"])
            if transaction["gas"] > LARGEST_TRANSACTION_GAS:
                raise DeploymentError(
                    f"a transaction needs {transaction['gas']} gas; one may use {LARGEST_TRANSACTION_GAS}"
                )
            signed = self._account.sign_transaction(transaction)
            digest = await self._web3.eth.send_raw_transaction(signed.raw_transaction)
            receipt = await self._web3.eth.wait_for_transaction_receipt(digest, timeout=self._timeout)
        except TimeExhausted as error:
            raise DeploymentError(
                f"a transaction was in no block after {self._timeout:.0f} s: is the chain producing blocks?"
            ) from error
        except Web3Exception as error:
            raise _explained(error) from error
        if receipt["status"] != 1:
            raise DeploymentError(f"transaction {digest.to_0x_hex()} reverted")
        return receipt


def _explained(error: Web3Exception) -> DeploymentError:
    data = _revert_data(error)
    reason = decode_error(data) if data else None
    return DeploymentError(f"the chain refused: {reason if reason is not None else error}")


def _revert_data(error: Web3Exception) -> bytes:
    found: Any = getattr(error, "data", None)
    response = getattr(error, "rpc_response", None)
    if found is None and response:
        found = response.get("error", {}).get("data")
    if not isinstance(found, str) or not found.startswith("0x"):
        return b""
    try:
        return bytes.fromhex(found[2:])
    except ValueError:
        return b""
