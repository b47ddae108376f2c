// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificates} from "../src/Certificates.sol";
import {Demands} from "../src/Demands.sol";
import {Inclusion, Leaf, Opening, Published, Reading} from "../src/LedgerTypes.sol";
import {Netting} from "../src/Netting.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";
import {Checks} from "./Vm.sol";

/// @dev Lets the community live: operator (honest or not), households and challengers act in any order. An action that is
/// not possible just now does nothing; one that is must do what it promises.
contract Life is Community {
    using Trees for Trees.Tree;

    uint256 private constant LEAVES = 4;

    struct Past {
        bytes32 record;
        uint256 sums;
    }

    Trees.Tree private tree;
    Leaf[] private previous;
    Published public current;
    Published private lastFinal;
    Inclusion private inclusion;
    bool private lying;
    bool private included;
    bool private sealTried;
    bool private demanded;
    uint32 private demandedIndex;
    uint256[] private certificateIds;

    mapping(uint64 slot => Past) public past;
    mapping(bytes32 what => uint256) public done;
    uint256 public anchoredFeedIn;
    uint256 public anchoredGeneration;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < METERS - 1; ++i) {
            _fund(devices[i].household, 1000e6);
        }
        _fund(stranger, 1000e6);
    }

    function actors() external view returns (address[9] memory) {
        return [
            operator,
            pool,
            stranger,
            authority,
            devices[0].household,
            devices[1].household,
            devices[2].household,
            devices[3].household,
            devices[4].household
        ];
    }

    // Time

    function pass(uint256 passSeconds, uint256 passBlocks) external {
        _pass(within(passSeconds, 0, 2400), within(passBlocks, 0, 200));
        done["pass"]++;
    }

    /// @dev Goes on to the next slot once this one is final or past saving.
    function nextSlot() external {
        bool isFinal = current.statement.slot == slot && ledger.isFinal(current);
        if (!isFinal && !ledger.isUnnetted(slot)) return;
        delete previous;
        if (isFinal && !lying) {
            lastFinal = current;
            for (uint256 i = 0; i < LEAVES; ++i) {
                previous.push(tree.leaves[i]);
            }
        }
        slot = registry.currentSlot() + 1;
        (included, sealTried, demanded, lying) = (false, false, false, false);
        VM.warp((uint256(slot) + 1) * SLOT_SECONDS);
        done["nextSlot"]++;
    }

    // The operator

    function publish(bool lie) external {
        if (ledger.hasStatement(slot) || ledger.isUnnetted(slot)) return;
        if (block.timestamp < (uint256(slot) + 1) * SLOT_SECONDS) return;
        _restoreBond();
        Leaf[] memory leaves = previous.length == 0 ? _leaves(slot, LEAVES) : _nextLeaves(previous, slot);
        Trees.Tree memory built = Trees.build(leaves, address(ledger));
        if (lie) {
            (built.levels[1][0].sums[0], built.levels[1][0].sums[1]) = (1, 2);
            built.rebuild(2);
        }
        _remember(built);
        current = _publish(built, slot);
        (lying, demanded) = (lie, false);
        done["publish"]++;
    }

    function _restoreBond() private {
        (uint128 amount,,) = ledger.bonds(operator);
        if (amount >= BOND) return;
        _fund(operator, BOND - amount);
        VM.prank(operator);
        ledger.lockBond(BOND - amount);
    }

    function _remember(Trees.Tree memory built) private {
        delete tree.leaves;
        delete tree.levels;
        for (uint256 i = 0; i < built.leaves.length; ++i) {
            tree.leaves.push(built.leaves[i]);
        }
        for (uint256 level = 0; level < built.levels.length; ++level) {
            tree.levels.push();
            for (uint256 k = 0; k < built.levels[level].length; ++k) {
                tree.levels[level].push(built.levels[level][k]);
            }
        }
    }

    function open() external {
        (,, bool opened) = netting.sums(slot);
        if (lying || opened || current.statement.slot != slot || !ledger.isFinal(current)) return;
        (uint256 time, uint256 blockNumber) = ledger.finality(current);
        if (ledger.isOver(time, blockNumber, netting.openSeconds(), netting.openBlocks())) return;
        uint256 devicesInside = LEAVES + (_inclusions(slot));
        netting.open(current, _sumOpening(slot, 1, devicesInside), _sumOpening(slot, 3, devicesInside));
        (uint64 withdrawal, uint64 feedIn,) = netting.sums(slot);
        past[slot].sums = uint256(withdrawal) << 64 | feedIn;
        done["open"]++;
    }

    // Challengers

    function challenge() external {
        if (!ledger.hasStatement(slot) || ledger.isFinal(current)) return;
        Trees.Tree memory built = tree;
        VM.prank(stranger);
        try challenges.challengeNode(current, 1, 0, built.stepsInto(1, 0)) {
            check(lying, "only a lie falls");
            done["challenge"]++;
        } catch {
            check(!lying, "a lie falls");
        }
    }

    function demand(uint32 index) external {
        if (!ledger.hasStatement(slot) || demanded || ledger.isChallengeWindowOver(current)) return;
        VM.prank(stranger);
        demands.demand(current, index % uint32(LEAVES), Demands.Kind.Leaf, 0);
        demanded = true;
        demandedIndex = index % uint32(LEAVES);
        done["demand"]++;
    }

    function answer() external {
        if (!demanded || !ledger.hasStatement(slot)) return;
        Trees.Tree memory built = tree;
        VM.prank(operator);
        try demands.answerLeaf(current, built.leaves[demandedIndex], built.prove(demandedIndex)) {
            check(!lying || demandedIndex > 1, "a wrong path is no answer");
            done["answer"]++;
        } catch {}
    }

    function voidUnanswered() external {
        if (!demanded || !ledger.hasStatement(slot)) return;
        try demands.voidUnanswered(current, demandedIndex, Demands.Kind.Leaf, 0) {
            done["voidUnanswered"]++;
        } catch {}
    }

    // Households

    function include() external {
        if (included || !_canInclude()) return;
        Reading memory reading = _first(LEAVES, slot);
        try this.includeAs(reading) {
            included = true;
            done["include"]++;
        } catch {}
    }

    function _canInclude() private view returns (bool) {
        if (ledger.hasStatement(slot)) return !ledger.isChallengeWindowOver(current);
        return ledger.attemptOf(slot) != 0 || block.timestamp >= ledger.endOf(slot) + ledger.publishSeconds();
    }

    function includeAs(Reading calldata reading) external {
        inclusion = _include(LEAVES, reading, !ledger.hasStatement(slot) ? _nothing() : current);
    }

    function excludeFalse() external {
        if (!included || sealTried || _inclusions(slot) == 0) return;
        sealTried = true;
        Reading memory reading = _first(LEAVES, slot);
        try directInclusion.excludeFalse(
            current, reading, inclusion, _seal(LEAVES, reading), _disclose(reading, _seal(LEAVES, reading))
        ) {
            check(false, "an honest seal stands");
        } catch {}
    }

    function returnDeposit() external {
        if (!included) return;
        try directInclusion.returnDeposit(current, _first(LEAVES, slot), inclusion) {
            check(ledger.isUnnetted(slot) || ledger.isFinal(current), "not before it is decided");
            done["returnDeposit"]++;
        } catch {}
    }

    /// @dev What a meter gained between two neighbouring slots that are both honest and final.
    function claim() external {
        if (current.statement.slot != slot || lying || !ledger.isFinal(current) || previous.length == 0) return;
        if (account.watermarks(devices[1].id) > slot) return;
        Trees.Tree memory built = tree;
        Trees.Tree memory before = Trees.build(previous, address(ledger));
        Opening memory feedIn =
            Opening(_energy(1, 2) + _energy(1, 3), addmod(_blinding(1, slot, 2), _blinding(1, slot, 3), BN254.ORDER));
        Opening memory generation = Opening(_energy(1, 4), _blinding(1, slot, 4));
        VM.prank(devices[1].household);
        certificateIds.push(
            account.claim(_anchor(before, 1, lastFinal), _anchor(built, 1, current), feedIn, generation)
        );
        anchoredFeedIn += feedIn.value;
        anchoredGeneration += generation.value;
        done["claim"]++;
    }

    function redeem(uint256 which, uint256 amount) external {
        if (certificateIds.length == 0) return;
        uint256 id = certificateIds[which % certificateIds.length];
        Certificates certificates = account.certificates();
        uint256 balance = certificates.balanceOf(devices[1].household, id);
        if (balance == 0) return;
        VM.prank(devices[1].household);
        certificates.redeem(devices[1].household, id, within(amount, 1, balance), stranger, "");
        done["redeem"]++;
    }

    function withdraw(uint256 who, uint256 amount) external {
        address someone = [stranger, devices[0].household, devices[4].household][who % 3];
        uint256 balance = ledger.balanceOf(someone);
        if (balance < 100 * DEMAND_BOND) return;
        VM.prank(someone);
        ledger.withdraw(within(amount, 0, balance / 10), someone);
        done["withdraw"]++;
    }

    /// @dev Notes what is final now, so that later it can be seen never to change.
    function note() external {
        if (current.statement.slot == slot && ledger.isFinal(current)) {
            past[slot].record = ledger.records(slot);
            done["note"]++;
        }
    }

    function moneyInside() external view returns (uint256 sum) {
        address[9] memory all = this.actors();
        for (uint256 i = 0; i < all.length; ++i) {
            (uint128 bond,,) = ledger.bonds(all[i]);
            sum += ledger.balanceOf(all[i]) + bond;
        }
        sum += ledger.heldBy(address(demands)) + ledger.heldBy(address(directInclusion));
    }

    function checkMoney() external view {
        checkEqual(currency.balanceOf(address(ledger)), this.moneyInside(), "every unit belongs to somebody");
    }

    function checkFinality() external view {
        Past memory before = past[slot];
        check(before.record == 0 || before.record == ledger.records(slot), "what is final never changes");
        (uint64 withdrawal, uint64 feedIn, bool opened) = netting.sums(slot);
        check(!opened || before.sums == (uint256(withdrawal) << 64 | feedIn), "what is opened never changes");
        check(!opened || ledger.hasStatement(slot), "only a published slot is opened");
    }

    function checkShares() external view {
        (uint64 withdrawal, uint64 feedIn, bool opened) = netting.sums(slot);
        if (!opened) return;
        uint256 matched = withdrawal < feedIn ? withdrawal : feedIn;
        uint256[2] memory inside;
        uint256 inSum = LEAVES + _inclusions(slot);
        for (uint256 i = 0; i < inSum; ++i) {
            (uint256 w,) = netting.shareOf(slot, Netting.Side.Withdrawal, uint64(_energy(i, 1)));
            (uint256 f,) = netting.shareOf(slot, Netting.Side.FeedIn, uint64(_energy(i, 3)));
            (inside[0], inside[1]) = (inside[0] + w, inside[1] + f);
        }
        check(inside[0] <= matched << 32 && inside[1] <= matched << 32, "shares never exceed what is matched");
        checkEqual(
            (inside[0] < inside[1] ? inside[0] : inside[1]) + netting.remainderOf(slot),
            matched << 32,
            "but for the remainder they are it"
        );
    }

    function checkCertificates() external view {
        Certificates certificates = account.certificates();
        uint256 issued;
        for (uint256 i = 0; i < certificateIds.length; ++i) {
            uint256 id = certificateIds[i];
            issued += certificates.issued(id);
            checkEqual(
                certificates.issued(id),
                certificates.balanceOf(devices[1].household, id) + certificates.redeemed(id),
                "redeemed once or there"
            );
        }
        checkEqual(issued, account.credited(devices[1].id), "all that is issued is credited");
        check(issued <= anchoredFeedIn && issued <= anchoredGeneration, "never more than fed in or generated");
    }
}

/// @dev What holds whatever happens. One campaign checks all of it after every call.
contract InvariantsTest is Checks {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Life private life;

    function setUp() public {
        life = new Life();
        life.setUp();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(life);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](16);
        selectors[0] = Life.pass.selector;
        selectors[1] = Life.pass.selector;
        selectors[2] = Life.nextSlot.selector;
        selectors[3] = Life.publish.selector;
        selectors[4] = Life.open.selector;
        selectors[5] = Life.challenge.selector;
        selectors[6] = Life.demand.selector;
        selectors[7] = Life.answer.selector;
        selectors[8] = Life.voidUnanswered.selector;
        selectors[9] = Life.include.selector;
        selectors[10] = Life.excludeFalse.selector;
        selectors[11] = Life.returnDeposit.selector;
        selectors[12] = Life.claim.selector;
        selectors[13] = Life.redeem.selector;
        selectors[14] = Life.withdraw.selector;
        selectors[15] = Life.note.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(life), selectors);
    }

    /// @dev The actions do happen: a slot that is netted, one that falls, and what may follow.
    function test_lifeGoesOn() public {
        life.publish(false);
        life.include();
        life.excludeFalse();
        life.demand(2);
        life.answer();
        life.challenge();
        _pass();
        life.note();
        life.open();
        life.returnDeposit();
        life.nextSlot();
        life.publish(true);
        life.demand(0);
        _pass();
        life.answer();
        life.voidUnanswered();
        life.publish(true);
        life.challenge();
        life.nextSlot();
        life.publish(false);
        _pass();
        life.nextSlot();
        life.publish(false);
        _pass();
        life.claim();
        life.redeem(0, 3);
        life.withdraw(0, 1e6);
        string[14] memory all = [
            "publish",
            "include",
            "demand",
            "answer",
            "open",
            "returnDeposit",
            "nextSlot",
            "voidUnanswered",
            "challenge",
            "claim",
            "redeem",
            "withdraw",
            "pass",
            "note"
        ];
        for (uint256 i = 0; i < all.length; ++i) {
            check(life.done(bytes32(bytes(all[i]))) != 0, all[i]);
        }
        this.invariant_whateverHappens();
    }

    function _pass() private {
        life.pass(2400, 200);
        life.pass(2400, 200);
    }

    function invariant_whateverHappens() public view {
        life.checkMoney();
        life.checkFinality();
        life.checkShares();
        life.checkCertificates();
    }
}
