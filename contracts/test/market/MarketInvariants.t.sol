// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ClearingStamp,
    CommittedSet,
    Order,
    PublishedClearing,
    ResultDescent,
    ResultLeaf,
    SetDescent,
    SetLeaf
} from "../../src/market/MarketTypes.sol";
import {MarketDemands} from "../../src/market/MarketDemands.sol";
import {MarketSlots} from "../../src/market/MarketSlots.sol";
import {Checks} from "../Vm.sol";
import {NodeTrees} from "./NodeTrees.sol";
import {Trading} from "./Trading.sol";

/// @dev Lets the market live: operator (honest or not), households and challengers act in any order. An action that is not
/// possible just now does nothing; one that is must do what it promises. The honest slot is cleared once in the set-up, by
/// trees that every slot then has for itself.
contract MarketLife is Trading {
    using NodeTrees for NodeTrees.Tree;

    struct Past {
        bytes32 set;
        bytes32 clearing;
        bool fell;
    }

    MarketDemands.MarketTree private constant SET = MarketDemands.MarketTree.OrderSet;

    bytes private book;
    bytes private results;
    bytes private published;
    CommittedSet private committed;
    bool private lying;
    bool private phantom;
    bool private demanded;

    mapping(uint64 slot => Past) public past;
    mapping(bytes32 what => uint256) public done;
    /// @dev What may have gone from each household's bond: one deposit for each forfeit.
    uint256 public forfeits;
    uint256 public slashes;
    uint256 public topUps;

    function setUp() public override {
        super.setUp();
        _fund(stranger, 1000e6);
        _prepare();
    }

    function actors() private view returns (address[9] memory) {
        return [
            operator,
            pool,
            stranger,
            _household(0),
            _household(1),
            _household(2),
            _household(3),
            _household(4),
            _household(5)
        ];
    }

    /// @dev The book of the slot and its true results; the last order stays hidden.
    function _prepare() private {
        Book memory made = _book(_orders());
        book = abi.encode(made);
        results = abi.encode(_clear(made, 1 << 5));
        (lying, phantom, demanded) = (false, false, false);
        delete published;
        delete committed;
    }

    function _loadBook() private view returns (Book memory) {
        return abi.decode(book, (Book));
    }

    function _loadResults() private view returns (Results memory) {
        return abi.decode(results, (Results));
    }

    function _loadPublished() private view returns (PublishedClearing memory) {
        return abi.decode(published, (PublishedClearing));
    }

    function _now() private view returns (ClearingStamp memory stamp) {
        if (market.clearingRecords(slot) != 0) stamp = _stamp(_loadPublished());
    }

    function _isOpen() private view returns (bool) {
        return market.hasSet(slot) && !market.isVoid(slot)
            && (market.clearingRecords(slot) == 0 || !market.isFinal(slot, _now()));
    }

    // Time

    function pass(uint256 passSeconds, uint256 passBlocks) external {
        _pass(within(passSeconds, 0, 900), within(passBlocks, 0, 120));
        done["pass"]++;
    }

    /// @dev To the next moment at which something begins or ends.
    function jump() external {
        uint256[6] memory moments = [
            terms.gateOf(slot),
            market.directUntil(slot),
            market.revealFrom(slot),
            market.chainRevealUntil(slot),
            market.publishUntil(slot),
            block.timestamp + 900
        ];
        for (uint256 i = 0; i < moments.length; ++i) {
            if (moments[i] <= block.timestamp) continue;
            VM.warp(moments[i]);
            VM.roll(block.number + 30);
            break;
        }
        done["jump"]++;
    }

    function nextSlot() external {
        bool over = market.isVoid(slot) || (market.clearingRecords(slot) != 0 && market.isFinal(slot, _now()));
        if (!over) return;
        if (demanded && market.isVoid(slot)) this.reclaim();
        slot = terms.latestClosed() + 1;
        VM.warp(terms.gateOf(slot) - 60);
        _prepare();
        done["nextSlot"]++;
    }

    // The operator

    function commit(bool lie) external {
        if (market.setRecords(slot) != 0 || block.timestamp < terms.gateOf(slot)) return;
        if (block.timestamp >= market.directUntil(slot)) return;
        _restoreBond();
        Book memory made = _loadBook();
        if (lie) {
            made.leaves[0].signature = made.leaves[1].signature;
            _plant(made);
            book = abi.encode(made);
            phantom = true;
        }
        _commit(made);
        committed = made.committed;
        past[slot].set = market.setRecords(slot);
        done["commit"]++;
    }

    /// @dev The operator tries again what it may do once.
    function repeat() external {
        if (market.setRecords(slot) == 0) return;
        VM.startPrank(operator);
        try market.commitSet(slot, bytes32(uint256(9)), 1) {
            check(false, "one set a slot");
        } catch {}
        if (market.clearingRecords(slot) != 0 || !market.hasSet(slot)) {
            try market.publishClearing(_loadResults().clearing, _terms()) {
                check(false, "one clearing a slot, none where the set fell");
            } catch {}
        }
        VM.stopPrank();
        done["repeat"]++;
    }

    function publish(bool lie) external {
        if (!market.hasSet(slot) || market.clearingRecords(slot) != 0) return;
        if (block.timestamp < market.chainRevealUntil(slot) || block.timestamp >= market.publishUntil(slot)) return;
        _restoreBond();
        Results memory made = _loadResults();
        if (lie) {
            (made.clearing.zones[1].lower, made.clearing.zones[1].upper) = (140_000, 260_000);
            lying = true;
        }
        published = abi.encode(_publish(made));
        past[slot].clearing = market.clearingRecords(slot);
        done["publish"]++;
    }

    function _restoreBond() private {
        (uint128 amount,,) = market.bonds(operator);
        if (amount >= BOND) return;
        _fund(operator, BOND - amount);
        topUps += BOND - amount;
        VM.prank(operator);
        market.lockBond(BOND - amount);
    }

    // Households

    function place(uint256 which) external {
        if (block.timestamp >= market.directUntil(slot)) return;
        Book memory made = _loadBook();
        SetLeaf memory leaf = made.leaves[which % METERS];
        try orders.placeOrder(leaf, slot) {
            check(block.timestamp < market.directUntil(slot), "not later");
            done["place"]++;
        } catch {}
    }

    function reveal(uint256 which) external {
        if (!market.hasSet(slot) && which % 8 != 0) return;
        Order memory order = _loadBook().orders[which % METERS];
        try orders.reveal(order) {
            check(block.timestamp >= market.revealFrom(slot), "not before the set is final");
            check(block.timestamp < market.chainRevealUntil(slot), "not later");
            done["reveal"]++;
        } catch {}
    }

    function forfeit() external {
        if (market.clearingRecords(slot) == 0 || done["forfeitOf"] == slot) return;
        if (market.isFinal(slot, _now())) done["forfeitOf"] = slot;
        (Book memory made, Results memory cleared) = (_loadBook(), _loadResults());
        uint256 before = _bondOf(_household(5));
        ResultDescent memory result = _resultOf(made, cleared, 5);
        SetDescent memory leaf = _setLeaf(made, _place(made, 5));
        try orders.forfeit(_loadPublished(), 0, result, committed, leaf) {
            check(market.isFinal(slot, _now()), "only what is final");
            checkEqual(before - _bondOf(_household(5)), before < DEPOSIT ? before : DEPOSIT, "a deposit");
            forfeits += before - _bondOf(_household(5));
            done["forfeit"]++;
        } catch {}
    }

    /// @dev Households, challengers and operators take out and put in what is theirs.
    function move(uint256 who, uint256 amount, bool lock) external {
        address someone = actors()[who % 9];
        amount = within(amount, 0, market.balanceOf(someone) / 4);
        if (someone == stranger && market.balanceOf(someone) < 20 * DEMAND_BOND) return;
        VM.startPrank(someone);
        if (lock) {
            market.lockBond(amount);
        } else {
            market.withdraw(amount, someone);
            currency.approve(address(market), amount);
            market.deposit(amount);
        }
        VM.stopPrank();
        done["move"]++;
    }

    // Challengers

    function challengeSet() external {
        if (!_isOpen()) return;
        Book memory made = _loadBook();
        SetDescent memory leaf = _setLeaf(made, 0);
        ClearingStamp memory stamp = _now();
        VM.prank(stranger);
        try setChallenges.challengeSetLeaf(committed, stamp, leaf) {
            check(phantom, "only a lie falls");
            _fell();
            done["challengeSet"]++;
        } catch {
            check(!phantom, "a lie falls");
        }
    }

    function challengeResult() external {
        if (!_isOpen() || market.clearingRecords(slot) == 0) return;
        (Book memory made, Results memory cleared) = (_loadBook(), _loadResults());
        ResultDescent memory result = _resultOf(made, cleared, 3);
        Order memory order = made.orders[_place(made, 3)];
        PublishedClearing memory shown = _loadPublished();
        VM.prank(stranger);
        try resultChallenges.challengePrice(shown, 1, result, order) {
            check(lying, "only a lie falls");
            _fell();
            done["challengeResult"]++;
        } catch {
            check(!lying, "a lie falls");
        }
    }

    function demand() external {
        if (demanded || !_isOpen()) return;
        ClearingStamp memory stamp = _now();
        VM.prank(stranger);
        try demands.demandSetLeaf(committed, stamp, 2) {
            demanded = true;
            done["demand"]++;
        } catch {}
    }

    function answer() external {
        if (!demanded || !market.hasSet(slot)) return;
        Book memory made = _loadBook();
        VM.prank(operator);
        try demands.answerSetLeaf(committed, made.leaves[2], made.tree.prove(2)) {
            demanded = false;
            done["answer"]++;
        } catch {}
    }

    function voidUnanswered() external {
        if (!demanded) return;
        try demands.voidUnanswered(slot, _now(), SET, 0, 2) {
            demanded = false;
            _fell();
            done["voidUnanswered"]++;
        } catch {}
    }

    function reclaim() external {
        if (!demanded) return;
        try demands.reclaimBond(slot, SET, 0, 2) {
            check(market.isVoid(slot), "only where there is no market");
            demanded = false;
            done["reclaim"]++;
        } catch {}
    }

    function _fell() private {
        past[slot].fell = true;
        slashes++;
    }

    // What always holds

    function _bondOf(address someone) private view returns (uint256 bond) {
        (bond,,) = market.bonds(someone);
    }

    /// @dev Every unit belongs to somebody, and nobody's money falls by somebody else's call: households keep all they
    /// brought but for forfeits, the operator all but slashes, the pool gets them.
    function checkMoney() external view {
        for (uint256 i = 0; i < METERS - 1; ++i) {
            checkEqual(_holding(_household(i)), 2 * DEPOSIT, "a household keeps what is its own");
        }
        checkEqual(_holding(_household(5)) + forfeits, 2 * DEPOSIT, "but for what it forfeits");
        checkEqual(_holding(pool), forfeits + slashes * SLASH / 2, "the pool gets forfeits and half of what is slashed");
        uint256 rest = _holding(operator) + _holding(stranger) + market.heldBy(address(demands));
        uint256 brought = 10 * BOND + 10 * DEMAND_BOND + 1000e6 + topUps;
        checkEqual(rest, brought - slashes * SLASH / 2, "operator and challenger have the rest");
        checkEqual(
            currency.balanceOf(address(market)),
            rest + 2 * METERS * DEPOSIT + slashes * SLASH / 2,
            "every unit belongs to somebody"
        );
    }

    function _holding(address someone) private view returns (uint256) {
        return market.balanceOf(someone) + _bondOf(someone);
    }

    function checkSlot() external view {
        Past memory before = past[slot];
        if (before.fell) {
            check(market.setRecords(slot) == market.VOIDED() && market.isVoid(slot), "a void is for good");
            check(!market.isFinal(slot, _now()), "and never final");
            return;
        }
        checkEqual(market.setRecords(slot), before.set, "one set");
        checkEqual(market.clearingRecords(slot), before.clearing, "one clearing");
        if (before.clearing != 0 && market.isFinal(slot, _now())) check(!demanded, "no demand is open");
    }
}

/// @dev What holds whatever happens. One campaign checks all of it after every call.
contract MarketInvariantsTest is Checks {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    MarketLife private life;

    function setUp() public {
        life = new MarketLife();
        life.setUp();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(life);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](18);
        selectors[0] = MarketLife.pass.selector;
        selectors[1] = MarketLife.jump.selector;
        selectors[2] = MarketLife.nextSlot.selector;
        selectors[3] = MarketLife.commit.selector;
        selectors[4] = MarketLife.repeat.selector;
        selectors[5] = MarketLife.publish.selector;
        selectors[6] = MarketLife.place.selector;
        selectors[7] = MarketLife.reveal.selector;
        selectors[8] = MarketLife.forfeit.selector;
        selectors[9] = MarketLife.move.selector;
        selectors[10] = MarketLife.challengeSet.selector;
        selectors[11] = MarketLife.challengeResult.selector;
        selectors[12] = MarketLife.demand.selector;
        selectors[13] = MarketLife.answer.selector;
        selectors[14] = MarketLife.voidUnanswered.selector;
        selectors[15] = MarketLife.reclaim.selector;
        selectors[16] = MarketLife.jump.selector;
        selectors[17] = MarketLife.commit.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(life), selectors);
    }

    function _jumps(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            life.jump();
        }
    }

    /// @dev The actions do happen: a slot that becomes final, ones that fall in each way, one without a clearing.
    function test_lifeGoesOn() public {
        life.place(2);
        _jumps(1);
        life.commit(false);
        life.repeat();
        life.demand();
        life.answer();
        _jumps(2);
        life.reveal(0);
        _jumps(1);
        life.publish(false);
        life.challengeResult();
        life.challengeSet();
        life.pass(0, 60);
        _jumps(12);
        life.forfeit();
        life.move(3, 5, true);
        life.move(3, 5, false);
        life.nextSlot();
        _jumps(1);
        life.commit(true);
        life.challengeSet();
        life.nextSlot();
        _jumps(1);
        life.commit(false);
        _jumps(3);
        life.publish(true);
        life.challengeResult();
        life.nextSlot();
        _jumps(1);
        life.commit(false);
        life.demand();
        _jumps(3);
        life.publish(false);
        _jumps(4);
        life.voidUnanswered();
        life.nextSlot();
        _jumps(1);
        life.commit(false);
        life.demand();
        _jumps(4);
        life.reclaim();
        life.nextSlot();
        string[16] memory all = [
            "place",
            "commit",
            "repeat",
            "demand",
            "answer",
            "reveal",
            "publish",
            "pass",
            "jump",
            "forfeit",
            "move",
            "nextSlot",
            "challengeSet",
            "challengeResult",
            "voidUnanswered",
            "reclaim"
        ];
        for (uint256 i = 0; i < all.length; ++i) {
            check(life.done(bytes32(bytes(all[i]))) != 0, all[i]);
        }
        this.invariant_whateverHappens();
    }

    function invariant_whateverHappens() public view {
        life.checkMoney();
        life.checkSlot();
    }
}
