"""What can go wrong with a chain, told apart by what a person can do about it. No text holds a URL's path or query."""

from dems_node.chain.reverts import ContractError


class ChainError(Exception):
    """The chain could not do what was asked."""

    problem = "unreachable"
    """A stable code for states and translations."""


class ChainDown(ChainError):
    """The node cannot be reached, does not answer in time, or answers nonsense. It may work later."""


class WrongChain(ChainError):
    """The node answers for another chain than the one that was configured, or for a new one with the same id."""

    problem = "wrong_chain"


class ReorganisedTooDeep(ChainError):
    """The chain replaced more blocks than can be taken back."""

    problem = "reorganised_too_deep"


class NodeRefused(ChainError):
    """The node answered a request with an error of its own: ``code`` and ``message`` are the node's."""

    problem = "node_refused"

    def __init__(self, method: str, code: int, message: str, data: bytes | None = None) -> None:
        self.method = method
        self.code = code
        self.message = message
        self.data = data
        super().__init__(f"The node refused {method} ({code}): {message}")


class Reverted(ChainError):
    """A contract refused a call; ``error`` says which custom error it gave and with which values."""

    problem = "reverted"

    def __init__(self, error: ContractError) -> None:
        self.error = error
        super().__init__(str(error))


class BalanceTooLow(ChainError):
    """The account cannot pay for the transaction. Both in wei."""

    problem = "balance_low"

    def __init__(self, account: bytes, balance: int, needed: int) -> None:
        self.account = account
        self.balance = balance
        self.needed = needed
        super().__init__(
            f"The account 0x{account.hex()} has {balance} wei and the transaction may need {needed}: send it some."
        )
