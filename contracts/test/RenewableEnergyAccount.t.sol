// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificates} from "../src/Certificates.sol";
import {CommunityRegistry} from "../src/CommunityRegistry.sol";
import {Anchor, Opening, Published, Reading, Signature} from "../src/LedgerTypes.sol";
import {RenewableEnergyAccount} from "../src/RenewableEnergyAccount.sol";
import {Statements} from "../src/ledger/Statements.sol";
import {BN254} from "../src/libraries/BN254.sol";
import {Community} from "./Community.sol";
import {Trees} from "./Trees.sol";

/// @dev Running registers become certificates, each Wh once, never more than was fed in or generated.
contract RenewableEnergyAccountTest is Community {
    using Trees for Trees.Tree;

    Anchor private first;
    Anchor private last;
    Certificates private certificates;
    address private owner;
    bytes32 private meter;

    /// @dev Two final slots of device 1, the first reading of its meter and the one after.
    function setUp() public override {
        super.setUp();
        certificates = account.certificates();
        (owner, meter) = (devices[1].household, devices[1].id);
        Trees.Tree memory before = _tree(slot - 1);
        Published memory earlier = _publish(before, slot - 1);
        Trees.Tree memory tree = Trees.build(_nextLeaves(before.leaves, slot), address(ledger));
        Published memory later = _publish(tree, slot);
        _finalize();
        _store(first, _anchor(before, 1, earlier));
        _store(last, _anchor(tree, 1, later));
    }

    function _store(Anchor storage to, Anchor memory from) private {
        to.published = from.published;
        to.leaf = from.leaf;
        to.proof.index = from.proof.index;
        for (uint256 i = 0; i < from.proof.siblings.length; ++i) {
            to.proof.siblings.push(from.proof.siblings[i]);
        }
    }

    /// @dev Device 1 feeds in 1 + 60 Wh a slot and generates 68.
    function _feedIn(uint64 inSlot) private pure returns (Opening memory) {
        uint256 blinding = addmod(_blinding(1, inSlot, 2), _blinding(1, inSlot, 3), BN254.ORDER);
        return Opening(_energy(1, 2) + _energy(1, 3), blinding);
    }

    function _generation(uint64 inSlot) private pure returns (Opening memory) {
        return Opening(_energy(1, 4), _blinding(1, inSlot, 4));
    }

    function _claim() private returns (uint256) {
        VM.prank(owner);
        return account.claim(first, last, _feedIn(slot), _generation(slot));
    }

    function _claimFirst() private returns (uint256) {
        VM.prank(owner);
        return account.claimFirst(first, _feedIn(slot - 1), _generation(slot - 1));
    }

    function _refuse(bytes4 why, Anchor memory a, Anchor memory b, Opening memory f, Opening memory g) private {
        _expect(why);
        VM.prank(owner);
        account.claim(a, b, f, g);
        checkEqual(account.credited(meter), 0, "nothing is credited");
    }

    function test_claim_mintsTheLesserOfFeedInAndGeneration() public {
        uint256 id = _claim();
        checkEqual(certificates.balanceOf(owner, id), 61, "Wh");
        Certificates.Certificate memory kind = certificates.certificateOf(id);
        checkEqual(kind.meter, meter, "plant");
        checkEqual(kind.household, owner, "household");
        checkEqual(kind.from, uint256(slot) * SLOT_SECONDS, "from");
        checkEqual(kind.to, uint256(slot + 1) * SLOT_SECONDS, "to");
        checkEqual(kind.issuedAt, block.timestamp, "time of issue");
        checkEqual(kind.plantPowerWatts, 8000, "power");
        checkEqual(kind.commissionedAt, 1_700_000_000, "commissioned");
        checkEqual(kind.source, uint8(CommunityRegistry.Source.Solar), "source");
        check(!kind.withStorage, "storage");
        checkEqual(certificates.issuer(), address(account), "issuer");
        checkEqual(account.credited(meter), 61, "account");
    }

    function test_claimFirst_fromTheBeginningOfTheRegisters() public {
        uint256 id = _claimFirst();
        checkEqual(certificates.balanceOf(owner, id), 61, "Wh");
        checkEqual(certificates.certificateOf(id).from, uint256(slot - 1) * SLOT_SECONDS, "from");
        _claim();
        checkEqual(account.credited(meter), 122, "both");
    }

    function test_claim_overSeveralSlotsIsOneCertificate() public {
        uint64 third = registry.currentSlot() + 1;
        Anchor memory after_ = _anchorLater(third);
        Opening memory f = _both(_feedIn(slot), _feedIn(third));
        Opening memory g = _both(_generation(slot), _generation(third));
        VM.prank(owner);
        uint256 id = account.claim(first, after_, f, g);
        checkEqual(certificates.balanceOf(owner, id), 122, "Wh of both slots");
        checkEqual(certificates.certificateOf(id).from, uint256(slot) * SLOT_SECONDS, "from");
        checkEqual(certificates.certificateOf(id).to, uint256(third + 1) * SLOT_SECONDS, "to");
    }

    function _both(Opening memory a, Opening memory b) private pure returns (Opening memory) {
        return Opening(a.value + b.value, addmod(a.blinding, b.blinding, BN254.ORDER));
    }

    function test_claimFirst_onlyFromAMetersFirstReading() public {
        Opening memory f = _both(_feedIn(slot - 1), _feedIn(slot));
        Opening memory g = _both(_generation(slot - 1), _generation(slot));
        _expect(RenewableEnergyAccount.WrongPeriod.selector);
        VM.prank(owner);
        account.claimFirst(last, f, g);
    }

    function test_claim_noWhTwice() public {
        _claim();
        Opening memory f = _feedIn(slot);
        Opening memory g = _generation(slot);
        _expect(RenewableEnergyAccount.CreditedAlready.selector);
        VM.prank(owner);
        account.claim(first, last, f, g);
        f = _feedIn(slot - 1);
        g = _generation(slot - 1);
        _expect(RenewableEnergyAccount.CreditedAlready.selector);
        VM.prank(owner);
        account.claimFirst(first, f, g);
    }

    function test_claim_onlyTheHousehold() public {
        address[4] memory others = [stranger, operator, authority, devices[2].household];
        Opening memory f = _feedIn(slot);
        Opening memory g = _generation(slot);
        for (uint256 i = 0; i < others.length; ++i) {
            _expect(RenewableEnergyAccount.NotTheHousehold.selector);
            VM.prank(others[i]);
            account.claim(first, last, f, g);
            _expect(RenewableEnergyAccount.NotTheHousehold.selector);
            VM.prank(others[i]);
            account.claimFirst(first, f, g);
        }
    }

    function test_claim_onlyWhatOpensTheRegisters(uint256 noise) public {
        VM.assume(noise != 0);
        Opening memory f = _feedIn(slot);
        Opening memory g = _generation(slot);
        bytes4 why = RenewableEnergyAccount.WrongOpening.selector;
        _refuse(why, first, last, Opening(f.value ^ noise, f.blinding), g);
        _refuse(why, first, last, Opening(f.value, f.blinding ^ noise), g);
        _refuse(why, first, last, f, Opening(g.value ^ noise, g.blinding));
        _refuse(why, first, last, f, Opening(g.value, g.blinding ^ noise));
        _refuse(why, first, last, Opening(f.value, f.blinding + BN254.ORDER), g);
    }

    function test_claim_onlyForwardInTime() public {
        Opening memory f = _feedIn(slot);
        Opening memory g = _generation(slot);
        _refuse(RenewableEnergyAccount.WrongPeriod.selector, last, first, f, g);
        _refuse(RenewableEnergyAccount.WrongPeriod.selector, last, last, f, g);
    }

    function test_claim_onlyOfOneMeter() public {
        Anchor memory other = first;
        other.leaf.reading.meter = devices[2].id;
        _refuse(RenewableEnergyAccount.OtherMeter.selector, other, last, _feedIn(slot), _generation(slot));
    }

    function test_claim_onlyWhatTheLedgerVouchesFor() public {
        Anchor memory wrong = last;
        wrong.published.publishedBlock += 1;
        _refuse(Statements.NotFinal.selector, first, wrong, _feedIn(slot), _generation(slot));
        wrong = first;
        wrong.published.publishedBlock += 1;
        _refuse(Statements.NotFinal.selector, wrong, last, _feedIn(slot), _generation(slot));
    }

    function test_claim_onlyARenewablePlant() public {
        _claimAfterPlant(CommunityRegistry.Source.NotRenewable, RenewableEnergyAccount.NoRenewablePlant.selector);
    }

    function test_claim_onlyOnePlantInThePeriod() public {
        _claimAfterPlant(CommunityRegistry.Source.Wind, RenewableEnergyAccount.PlantChanged.selector);
    }

    /// @dev The plant changes between two readings that are anchored.
    function _claimAfterPlant(CommunityRegistry.Source source, bytes4 why) private {
        uint64 from = registry.currentSlot() + 1;
        VM.prank(authority);
        registry.setPlant(meter, CommunityRegistry.Plant(5000, 1, 1, source), "", from);
        Anchor memory after_ = _anchorLater(from);
        _refuse(why, last, after_, _feedIn(from), _generation(from));
    }

    function _anchorLater(uint64 inSlot) private returns (Anchor memory) {
        Reading memory reading = _read(1, inSlot, last.leaf.reading);
        VM.warp(uint256(inSlot + 1) * SLOT_SECONDS);
        Trees.Tree memory tree = _treeOf(reading);
        Published memory published = _publish(tree, inSlot);
        _finalize();
        return _anchor(tree, 0, published);
    }

    function _treeOf(Reading memory reading) private view returns (Trees.Tree memory) {
        Trees.Tree memory tree = Trees.build(_leaves(slot, 1), address(ledger));
        tree.leaves[0] = _leaf(1, reading, 3);
        return Trees.build(tree.leaves, address(ledger));
    }

    function test_claim_onlyWhileTheMeterIsTheHouseholds() public {
        uint64 from = uint64((block.timestamp + CHANGE_DELAY) / SLOT_SECONDS + 1);
        Signature memory none;
        VM.prank(authority);
        registry.changeHousehold(meter, devices[2].household, from, none);
        Anchor memory after_ = _anchorLater(from);
        Opening memory f = _feedIn(from);
        Opening memory g = _generation(from);
        _refuse(RenewableEnergyAccount.NotTheHousehold.selector, last, after_, f, g);
        _expect(RenewableEnergyAccount.HouseholdChanged.selector);
        VM.prank(devices[2].household);
        account.claim(last, after_, f, g);
    }

    function test_claim_ofADirectInclusion() public {
        uint64 from = registry.currentSlot() + 1;
        Reading memory reading = _read(1, from, last.leaf.reading);
        VM.warp(uint256(from + 1) * SLOT_SECONDS);
        Published memory published = _publish(Trees.build(_leaves(from, 1), address(ledger)), from);
        _fund(owner, DEPOSIT);
        Anchor memory direct;
        direct.inclusion = _include(1, reading, published);
        (direct.published, direct.leaf.reading) = (published, reading);
        _finalize();
        VM.prank(owner);
        uint256 id = account.claim(last, direct, _feedIn(from), _generation(from));
        checkEqual(certificates.balanceOf(owner, id), 61, "Wh");
        checkEqual(
            certificates.certificateOf(id).from, uint256(slot + 1) * SLOT_SECONDS, "the period begins after the last"
        );
    }

    function test_claim_notLongerThanTheSchemeAllows() public {
        RenewableEnergyAccount strict = new RenewableEnergyAccount(ledger, SLOT_SECONDS - 1);
        Opening memory f = _feedIn(slot);
        Opening memory g = _generation(slot);
        _expect(RenewableEnergyAccount.PeriodTooLong.selector);
        VM.prank(owner);
        strict.claim(first, last, f, g);
        strict = new RenewableEnergyAccount(ledger, SLOT_SECONDS);
        VM.prank(owner);
        strict.claim(first, last, f, g);
    }

    // Certificates

    function test_issue_onlyTheAccount() public {
        Certificates.Certificate memory kind;
        kind.household = owner;
        address[4] memory others = [stranger, operator, authority, owner];
        for (uint256 i = 0; i < others.length; ++i) {
            _expect(Certificates.NotTheIssuer.selector);
            VM.prank(others[i]);
            certificates.issue(kind, 1);
        }
    }

    function test_issue_onceAKind() public {
        Certificates.Certificate memory kind;
        kind.household = owner;
        VM.startPrank(address(account));
        certificates.issue(kind, 1);
        _expect(Certificates.AlreadyIssued.selector);
        certificates.issue(kind, 1);
        VM.stopPrank();
    }

    function test_redeem_isForGood() public {
        uint256 id = _claim();
        VM.prank(owner);
        certificates.safeTransferFrom(owner, pool, id, 21, "");
        VM.prank(pool);
        certificates.redeem(pool, id, 11, stranger, "household 7, May");
        checkEqual(certificates.balanceOf(pool, id), 10, "left");
        checkEqual(certificates.redeemed(id), 11, "redeemed");
        checkEqual(certificates.redeemedFor(id, stranger), 11, "for");
        checkEqual(certificates.issued(id), 61, "issued");
        VM.expectRevert();
        VM.prank(pool);
        certificates.redeem(pool, id, 11, stranger, "again");
        _expect(Certificates.NothingToRedeem.selector);
        VM.prank(pool);
        certificates.redeem(pool, id, 0, stranger, "");
    }

    function test_redeem_onlyTheOwnerOrWhomItApproved() public {
        uint256 id = _claim();
        _expect(Certificates.NotAllowed.selector);
        VM.prank(stranger);
        certificates.redeem(owner, id, 1, stranger, "");
        VM.prank(owner);
        certificates.setApprovalForAll(stranger, true);
        VM.prank(stranger);
        certificates.redeem(owner, id, 1, stranger, "");
        checkEqual(certificates.redeemed(id), 1, "redeemed");
    }
}
