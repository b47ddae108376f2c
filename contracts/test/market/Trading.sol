// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {CommunityRegistry} from "../../src/CommunityRegistry.sol";
import {DemoCurrency} from "../../src/DemoCurrency.sol";
import {Node, Signature} from "../../src/LedgerTypes.sol";
import {BN254} from "../../src/libraries/BN254.sol";
import {MeterSignature} from "../../src/libraries/MeterSignature.sol";
import {Market} from "../../src/market/Market.sol";
import {MarketDemands} from "../../src/market/MarketDemands.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {MarketTerms} from "../../src/market/MarketTerms.sol";
import {
    Clearing,
    ClearingStamp,
    CommittedSet,
    Flow,
    Order,
    PublishedClearing,
    ResultDescent,
    ResultLeaf,
    SetDescent,
    SetLeaf,
    Terms,
    ZoneClearing,
    ZoneTerms
} from "../../src/market/MarketTypes.sol";
import {Orders} from "../../src/market/Orders.sol";
import {ResultChallenges} from "../../src/market/ResultChallenges.sol";
import {SetChallenges} from "../../src/market/SetChallenges.sol";
import {Suggestions} from "../../src/market/Suggestions.sol";
import {MarketMessages} from "../../src/market/libraries/MarketMessages.sol";
import {OrderRules} from "../../src/market/libraries/OrderRules.sol";
import {Checks} from "../Vm.sol";
import {NodeTrees} from "./NodeTrees.sol";

/// @dev A deployed market: six households with a meter each, 0 to 2 and 5 in zone 1, 3 and 4 in zone 2, and orders that
/// clear at 200000 in both zones: in zone 1 the offer of household 2 by half, at its limit.
abstract contract Trading is Checks {
    using NodeTrees for NodeTrees.Tree;

    /// @dev The slot's orders and set; leaves and orders ascend by hash.
    struct Book {
        Order[] orders;
        SetLeaf[] leaves;
        NodeTrees.Tree tree;
        CommittedSet committed;
    }

    /// @dev The slot's clearing: results and trees by zone.
    struct Results {
        Clearing clearing;
        ResultLeaf[][] leaves;
        NodeTrees.Tree[] trees;
    }

    uint64 internal constant SLOT_SECONDS = 900;
    uint64 internal constant FIRST_SLOT = 1_988_400;
    uint64 internal constant GATE = 3600;
    uint256 internal constant BOND = 1_000e6;
    uint256 internal constant SLASH = 400e6;
    uint256 internal constant DEMAND_BOND = 10e6;
    uint256 internal constant DEPOSIT = 5e6;
    uint256 internal constant METERS = 6;
    int64 internal constant SELL = 320_000;
    int64 internal constant BUY = 80_000;
    int64 internal constant CHARGE = 60_000;
    uint64 internal constant AUTHORITY_ROLE = 1;
    uint64 internal constant UTILITY_ROLE = 4;
    uint256 internal constant OPERATOR_KEY = uint256(keccak256("market operator"));

    address internal immutable authority = VM.addr(uint256(keccak256("authority")));
    address internal immutable utility = VM.addr(uint256(keccak256("utility")));
    address internal immutable operator = VM.addr(OPERATOR_KEY);
    address internal immutable pool = VM.addr(uint256(keccak256("pool")));
    address internal immutable stranger = VM.addr(uint256(keccak256("stranger")));

    CommunityRegistry internal registry;
    DemoCurrency internal currency;
    ERC2771Forwarder internal forwarder;
    MarketTerms internal terms;
    Market internal market;
    Orders internal orders;
    SetChallenges internal setChallenges;
    ResultChallenges internal resultChallenges;
    MarketDemands internal demands;
    Suggestions internal suggestions;

    address[METERS] internal households;

    /// @dev The slot that is traded; its gate is to come when the set-up is over.
    uint64 internal slot = FIRST_SLOT + 8;

    function setUp() public virtual {
        VM.chainId(31337);
        VM.warp(uint256(FIRST_SLOT) * SLOT_SECONDS);
        VM.roll(1_000_000);
        AccessManager manager = AccessManager(_create("AccessManager", abi.encode(address(this))));
        registry = CommunityRegistry(_create("CommunityRegistry", abi.encode(manager, SLOT_SECONDS, 7 days)));
        currency = DemoCurrency(_create("DemoCurrency", ""));
        forwarder = ERC2771Forwarder(_create("ERC2771Forwarder", abi.encode("DEMS")));
        terms = MarketTerms(_create("MarketTerms", abi.encode(manager, registry, GATE)));
        _deployMarket(parameters());
        _grant(manager);
        _admit();
        _setTerms();
        _fund(operator, 10 * BOND);
        VM.prank(operator);
        market.lockBond(BOND);
        _fund(stranger, 10 * DEMAND_BOND);
    }

    function parameters() internal pure virtual returns (MarketSlots.MarketParameters memory) {
        return MarketSlots.MarketParameters({
            directSeconds: 300,
            setChallengeSeconds: 600,
            revealSeconds: 600,
            publishSeconds: 300,
            resultChallengeSeconds: 3600,
            resultChallengeBlocks: 240,
            answerSeconds: 900,
            answerBlocks: 60,
            bondReleaseSeconds: 30 days,
            bondAmount: BOND,
            slashAmount: SLASH,
            orderDeposit: DEPOSIT
        });
    }

    /// @dev A market whose demands will be at an address.
    function _deployMarketFor(address demands_) internal {
        Market.MarketParts memory parts = Market.MarketParts(stranger, stranger, stranger, demands_);
        market = _createMarket(parts, parameters());
    }

    function _deployMarket(MarketSlots.MarketParameters memory given) internal {
        uint256 nonce = VM.getNonce(address(this));
        Market.MarketParts memory parts = Market.MarketParts({
            orders: VM.computeCreateAddress(address(this), nonce + 1),
            setChallenges: VM.computeCreateAddress(address(this), nonce + 2),
            resultChallenges: VM.computeCreateAddress(address(this), nonce + 3),
            demands: VM.computeCreateAddress(address(this), nonce + 4)
        });
        market = _createMarket(parts, given);
        orders = Orders(_create("Orders", abi.encode(market)));
        setChallenges = SetChallenges(_create("SetChallenges", abi.encode(market)));
        resultChallenges = ResultChallenges(_create("ResultChallenges", abi.encode(market)));
        demands = MarketDemands(_create("MarketDemands", abi.encode(market, DEMAND_BOND, uint64(28_800))));
        suggestions = Suggestions(_create("Suggestions", abi.encode(market)));
    }

    function _createMarket(Market.MarketParts memory parts, MarketSlots.MarketParameters memory given)
        internal
        returns (Market)
    {
        return Market(_create("Market", abi.encode(terms, currency, pool, forwarder, parts, given)));
    }

    /// @dev As `_create`, as a call that can be refused.
    function create(string calldata name, bytes calldata arguments) external returns (address) {
        return _create(name, arguments);
    }

    /// @dev As `new`, from what is compiled already: a test that carries the code of all contracts compiles for long.
    function _create(string memory name, bytes memory arguments) internal returns (address created) {
        bytes memory code = bytes.concat(VM.getCode(string.concat(name, ".sol:", name)), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
            if iszero(created) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
    }

    function _grant(AccessManager manager) private {
        bytes4[] memory selectors = new bytes4[](5);
        selectors[0] = CommunityRegistry.admit.selector;
        selectors[1] = CommunityRegistry.registerMeter.selector;
        selectors[2] = CommunityRegistry.setZone.selector;
        selectors[3] = CommunityRegistry.changeHousehold.selector;
        manager.setTargetFunctionRole(address(registry), selectors, AUTHORITY_ROLE);
        selectors = new bytes4[](2);
        selectors[0] = MarketTerms.setCharges.selector;
        selectors[1] = MarketTerms.appointOperator.selector;
        manager.setTargetFunctionRole(address(terms), selectors, AUTHORITY_ROLE);
        selectors = new bytes4[](1);
        selectors[0] = MarketTerms.setPrices.selector;
        manager.setTargetFunctionRole(address(terms), selectors, UTILITY_ROLE);
        manager.grantRole(AUTHORITY_ROLE, authority, 0);
        manager.grantRole(UTILITY_ROLE, utility, 0);
    }

    function _admit() private {
        for (uint256 i = 0; i < METERS; ++i) {
            households[i] = VM.addr(_householdKey(i));
            VM.startPrank(authority);
            registry.admit(_household(i));
            VM.stopPrank();
            MeterSignature.PublicKey memory key = MeterSignature.PublicKey(
                1,
                VM.createWallet(uint256(keccak256(abi.encode("meter", i)))).publicKeyX,
                VM.createWallet(uint256(keccak256(abi.encode("meter", i)))).publicKeyY
            );
            VM.prank(authority);
            registry.registerMeter(_meter(i), _household(i), key, bytes32(_zone(i)), FIRST_SLOT + 1);
            _fund(_household(i), 2 * DEPOSIT);
            VM.prank(_household(i));
            market.lockBond(DEPOSIT);
        }
    }

    function _setTerms() private {
        Terms memory given = _terms();
        uint32[] memory zones = new uint32[](2);
        (zones[0], zones[1]) = (1, 2);
        uint64 from = terms.latestClosed() + 1;
        VM.startPrank(authority);
        terms.setCharges(zones, given.charges, from);
        terms.appointOperator(operator, from);
        VM.stopPrank();
        VM.prank(utility);
        terms.setPrices(given.zones, from);
    }

    function _terms() internal pure returns (Terms memory given) {
        given.zones = new ZoneTerms[](2);
        given.zones[0] = ZoneTerms(1, SELL, BUY);
        given.zones[1] = ZoneTerms(2, SELL, BUY);
        given.charges = new int64[](4);
        (given.charges[1], given.charges[2]) = (CHARGE, CHARGE);
    }

    function _fund(address someone, uint256 amount) internal {
        currency.mint(someone, amount);
        VM.startPrank(someone);
        currency.approve(address(market), amount);
        market.deposit(amount);
        VM.stopPrank();
    }

    // Households and their orders

    function _householdKey(uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("household", i)));
    }

    function _household(uint256 i) internal view returns (address) {
        return households[i];
    }

    function _meter(uint256 i) internal pure returns (bytes32) {
        return bytes32(uint256(100 + i));
    }

    function _zone(uint256 i) internal pure returns (uint256) {
        return i == 3 || i == 4 ? 2 : 1;
    }

    function _order(uint256 i, uint8 side, uint32 quantity, int64 limit) internal view returns (Order memory) {
        bytes32 salt = keccak256(abi.encode("salt", i, slot));
        return Order(_meter(i), slot, 0, side, quantity, 0, limit, uint32(_zone(i)), salt);
    }

    /// @dev What the six households ask and offer.
    function _orders() internal view returns (Order[] memory all) {
        all = new Order[](METERS);
        all[0] = _order(0, 0, 1500, 300_000);
        all[1] = _order(1, 1, 1000, 100_000);
        all[2] = _order(2, 1, 1000, 200_000);
        all[3] = _order(3, 0, 1000, 250_000);
        all[4] = _order(4, 1, 1000, 150_000);
        all[5] = _order(5, 0, 700, 150_000);
    }

    /// @dev As `_orders`, without that of the last household.
    function _fiveOrders() internal view returns (Order[] memory five) {
        Order[] memory all = _orders();
        five = new Order[](METERS - 1);
        for (uint256 i = 0; i < five.length; ++i) {
            five[i] = all[i];
        }
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(market.domainSeparator(), structHash);
    }

    function _sign(uint256 privateKey, bytes32 structHash) internal view returns (Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(privateKey, _digest(structHash));
        return Signature(r, s, v);
    }

    function _indexOf(bytes32 meter) internal pure returns (uint256) {
        return uint256(meter) - 100;
    }

    function _seal(Order memory order) internal view returns (SetLeaf memory) {
        bytes32 hash = MarketMessages.hashOrder(order);
        bytes32 message = MarketMessages.hashSealedOrder(hash, order.meter, order.slot);
        return SetLeaf(hash, order.meter, _sign(_householdKey(_indexOf(order.meter)), message));
    }

    function _receipt(SetLeaf memory leaf, uint64 receivedAt) internal view returns (Signature memory) {
        return _sign(OPERATOR_KEY, MarketMessages.hashOrderReceipt(leaf.order, leaf.meter, slot, receivedAt));
    }

    // What the operator does

    function _book(Order[] memory given) internal view returns (Book memory book) {
        book.orders = given;
        for (uint256 i = 1; i < given.length; ++i) {
            for (uint256 j = i; j > 0; --j) {
                if (MarketMessages.hashOrder(given[j - 1]) < MarketMessages.hashOrder(given[j])) break;
                (given[j - 1], given[j]) = (given[j], given[j - 1]);
            }
        }
        book.leaves = new SetLeaf[](given.length);
        for (uint256 i = 0; i < given.length; ++i) {
            book.leaves[i] = _seal(given[i]);
        }
        _plant(book);
    }

    /// @dev Builds the set's tree from the leaves as they are.
    function _plant(Book memory book) internal view {
        Node[] memory nodes = new Node[](book.leaves.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i] = MarketMessages.toNode(book.leaves[i], address(market), slot);
        }
        book.tree = NodeTrees.build(nodes);
    }

    /// @dev The place of a household's order in the book.
    function _place(Book memory book, uint256 household) internal pure returns (uint256 i) {
        while (book.orders[i].meter != _meter(household)) ++i;
    }

    function _commit(Book memory book) internal {
        if (block.timestamp < terms.gateOf(slot)) VM.warp(terms.gateOf(slot));
        bytes32 root = book.tree.root().hash;
        VM.prank(operator);
        market.commitSet(slot, root, book.tree.count);
        book.committed = CommittedSet(slot, root, book.tree.count, uint64(block.timestamp), uint64(block.number));
    }

    /// @dev The true results; a household's order whose bit is set in `hidden` was not revealed.
    function _clear(Book memory book, uint256 hidden) internal view returns (Results memory results) {
        results.clearing.slot = slot;
        results.clearing.flows = new Flow[](0);
        results.clearing.zones = new ZoneClearing[](2);
        results.leaves = new ResultLeaf[][](2);
        results.trees = new NodeTrees.Tree[](2);
        for (uint256 z = 0; z < 2; ++z) {
            _setPrice(book, results.clearing.zones[z], uint32(z + 1));
            _fill(book, results, z, hidden);
            _grow(results, z);
        }
    }

    function _setPrice(Book memory book, ZoneClearing memory zone, uint32 number) internal pure virtual {
        (zone.zone, zone.price) = (number, 200_000);
        (zone.lower, zone.upper) = number == 1 ? (int64(200_000), int64(200_000)) : (int64(150_000), int64(250_000));
        zone.lowerOrder = book.leaves[_place(book, number == 1 ? 2 : 4)].order;
        zone.upperOrder = book.leaves[_place(book, number == 1 ? 2 : 3)].order;
        zone.offerRatio = OrderRules.ONE / 2;
    }

    function _fill(Book memory book, Results memory results, uint256 z, uint256 hidden) private view {
        ZoneClearing memory zone = results.clearing.zones[z];
        ResultLeaf[] memory found = new ResultLeaf[](book.orders.length);
        uint256 count;
        for (uint256 i = 0; i < book.orders.length; ++i) {
            Order memory order = book.orders[i];
            if (order.zone != zone.zone) continue;
            found[count].order = book.leaves[i].order;
            if (hidden >> _indexOf(order.meter) & 1 == 1) {
                found[count++].status = 1;
                continue;
            }
            found[count++].points = _points(order, OrderRules.fill(order, zone), zone);
        }
        results.leaves[z] = new ResultLeaf[](count);
        for (uint256 i = 0; i < count; ++i) {
            results.leaves[z][i] = found[i];
        }
    }

    /// @dev Commits what an order got, and adds it to the zone's totals.
    function _points(Order memory order, uint256 filled, ZoneClearing memory zone)
        internal
        view
        returns (uint256[4] memory)
    {
        (uint256 bought, uint256 sold) = order.side == 0 ? (filled, uint256(0)) : (uint256(0), filled);
        uint256 rB = OrderRules.blinding(order.salt, order.slot, 0, bought);
        uint256 rS = OrderRules.blinding(order.salt, order.slot, 1, sold);
        zone.bought += uint64(bought);
        zone.sold += uint64(sold);
        zone.boughtBlinding = addmod(zone.boughtBlinding, rB, BN254.ORDER);
        zone.soldBlinding = addmod(zone.soldBlinding, rS, BN254.ORDER);
        BN254.Point memory b = BN254.commit(bought, rB);
        BN254.Point memory s = BN254.commit(sold, rS);
        return [b.x, b.y, s.x, s.y];
    }

    /// @dev Builds a zone's tree from the leaves as they are.
    function _grow(Results memory results, uint256 z) internal view {
        ZoneClearing memory zone = results.clearing.zones[z];
        Node[] memory nodes = new Node[](results.leaves[z].length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i] = MarketMessages.toNode(results.leaves[z][i], address(market), slot, zone.zone);
        }
        results.trees[z] = NodeTrees.build(nodes);
        _stateTree(results, z);
    }

    function _stateTree(Results memory results, uint256 z) internal pure {
        ZoneClearing memory zone = results.clearing.zones[z];
        Node memory root = results.trees[z].root();
        (zone.root, zone.sums, zone.count) = (root.hash, root.sums, results.trees[z].count);
    }

    function _publish(Results memory results) internal returns (PublishedClearing memory) {
        if (block.timestamp < market.chainRevealUntil(slot)) VM.warp(market.chainRevealUntil(slot));
        VM.prank(operator);
        market.publishClearing(results.clearing, _terms());
        return PublishedClearing(results.clearing, uint64(block.timestamp), uint64(block.number));
    }

    /// @dev An honest slot up to its publication.
    function _trade(uint256 hidden)
        internal
        returns (Book memory book, Results memory results, PublishedClearing memory published)
    {
        book = _book(_orders());
        _commit(book);
        results = _clear(book, hidden);
        published = _publish(results);
    }

    // What challengers show

    function _noStamp() internal pure returns (ClearingStamp memory stamp) {}

    function _stamp(PublishedClearing memory published) internal pure returns (ClearingStamp memory) {
        return ClearingStamp(keccak256(abi.encode(published.clearing)), published.publishedAt, published.publishedBlock);
    }

    function _setLeaf(Book memory book, uint256 index) internal pure returns (SetDescent memory) {
        return SetDescent(uint32(index), book.leaves[index], book.tree.steps(0, index));
    }

    function _result(Results memory results, uint256 z, uint256 index) internal pure returns (ResultDescent memory) {
        return ResultDescent(uint32(index), results.leaves[z][index], results.trees[z].steps(0, index));
    }

    /// @dev Where a household's order stands among its zone's results.
    function _resultOf(Book memory book, Results memory results, uint256 household)
        internal
        pure
        returns (ResultDescent memory)
    {
        uint256 z = _zone(household) - 1;
        uint256 i;
        while (results.leaves[z][i].order != book.leaves[_place(book, household)].order) ++i;
        return _result(results, z, i);
    }

    /// @dev The leaves of the set between which an order would stand, or the one at the edge.
    function _setGap(Book memory book, bytes32 order) internal pure returns (SetDescent[] memory gap) {
        uint256 above;
        while (above < book.leaves.length && book.leaves[above].order < order) ++above;
        uint256 first = above == 0 ? 0 : above - 1;
        uint256 last = above == book.leaves.length ? above - 1 : above;
        gap = new SetDescent[](last - first + 1);
        for (uint256 i = first; i <= last; ++i) {
            gap[i - first] = _setLeaf(book, i);
        }
    }

    /// @dev The results between which an order would stand, or the one at the edge.
    function _resultGap(Results memory results, uint256 z, bytes32 order)
        internal
        pure
        returns (ResultDescent[] memory gap)
    {
        uint256 above;
        while (above < results.leaves[z].length && results.leaves[z][above].order < order) ++above;
        uint256 first = above == 0 ? 0 : above - 1;
        uint256 last = above == results.leaves[z].length ? above - 1 : above;
        gap = new ResultDescent[](last - first + 1);
        for (uint256 i = first; i <= last; ++i) {
            gap[i - first] = _result(results, z, i);
        }
    }

    // Time

    function _pass(uint256 passSeconds, uint256 passBlocks) internal {
        VM.warp(block.timestamp + passSeconds);
        VM.roll(block.number + passBlocks);
    }

    function _finalize() internal {
        _pass(3600, 240);
    }

    function _expect(bytes4 selector) internal {
        VM.expectPartialRevert(selector);
    }

    function _checkVoid(string memory what) internal view {
        check(market.setRecords(slot) == market.VOIDED() && market.isVoid(slot), what);
        (uint128 bond,,) = market.bonds(operator);
        checkEqual(bond, BOND - SLASH, "slashed");
    }
}
