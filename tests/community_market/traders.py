"""Households that trade, as far as the operator hears of them."""

from community.market.desk import OrderDesk, SignedOrderReceipt, SignedRevealReceipt
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order
from dems_protocol.signatures import Signature
from tests.community.households import Household, number
from tests.community.town import Town


class Traders:
    """The households of a town with their orders."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.desk = OrderDesk(town.market)
        self.orders: list[tuple[Household, Order]] = []

    def order(
        self, household: Household, slot: int, side: OrderSide, quantity: int, limit: int, battery: int = 0
    ) -> Order:
        """Return an order that a household keeps to itself."""
        count = sum(each is household for each, _ in self.orders)
        order = Order(
            meter=household.meter,
            slot=slot,
            number=count,
            side=side,
            quantity=quantity,
            battery=battery,
            limit=limit,
            zone=1,
            salt=number(f"salt {household.name} {slot} {count}").to_bytes(32),
        )
        self.orders.append((household, order))
        return order

    def sign(self, household: Household, struct_hash: bytes) -> Signature:
        """Sign a message of the market by a household's account."""
        return household.account.sign(self.town.market.facts.domain.digest(struct_hash))

    async def submit(self, household: Household, order: Order) -> SignedOrderReceipt:
        """Hand in a sealed order."""
        sealed = order.seal()
        found = await self.desk.take(sealed, self.sign(household, sealed.struct_hash()))
        assert isinstance(found, SignedOrderReceipt), found
        return found

    async def reveal(self, order: Order, generation: int = 2500) -> SignedRevealReceipt:
        """Show an order."""
        found = await self.desk.reveal(order, generation, 500)
        assert isinstance(found, SignedRevealReceipt), found
        return found
