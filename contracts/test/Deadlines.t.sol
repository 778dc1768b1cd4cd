// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev The second before, at and after each deadline: there is none in which both sides may act, and none in which
/// neither may.
contract DeadlinesTest is EscrowTest {
    Terms internal terms;
    bytes32 internal id;
    uint40 internal deadline;

    function setUp() public override {
        super.setUp();
        terms = _ethTerms();
        id = escrow.tradeIdOf(terms);
    }

    function _startFrom(Status status) internal {
        _bringTo(status, terms);
        (, deadline) = escrow.tradeOf(id);
    }

    function _expectPassed() internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.DeadlinePassed.selector, deadline));
    }

    function _expectNotPassed() internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.DeadlineNotPassed.selector, deadline));
    }

    function test_aSecondBeforePayByBenMarksPaidAndNobodyRefunds() public {
        _startFrom(Status.Funded);
        vm.assertEq(deadline, START + 1 hours);
        _benMayMarkPaidAt(deadline - 1);
    }

    function test_atPayByBenMarksPaidAndNobodyRefunds() public {
        _startFrom(Status.Funded);
        _benMayMarkPaidAt(deadline);
    }

    function _benMayMarkPaidAt(uint256 time) internal {
        vm.warp(time);
        _expectNotPassed();
        escrow.refundExpired(terms);
        vm.prank(ben);
        escrow.markPaid(terms);
        _assertTrade(id, Status.Paid, time + terms.confirmWindow);
    }

    function test_aSecondAfterPayByAnyoneRefundsAndBenIsLate() public {
        _startFrom(Status.Funded);
        vm.warp(deadline + 1);
        vm.prank(ben);
        _expectPassed();
        escrow.markPaid(terms);
        bytes memory signature = _signAction(BENS_KEY, id, "mark_paid");
        _expectPassed();
        escrow.markPaidBySig(terms, NEVER, signature);
        vm.prank(mallory);
        escrow.refundExpired(terms);
        _assertTrade(id, Status.Refunded, 0);
    }

    function test_aSecondBeforeTheConfirmDeadlineNobodyEscalates() public {
        _startFrom(Status.Paid);
        vm.assertEq(deadline, START + 2 hours);
        vm.warp(deadline - 1);
        _expectNotPassed();
        escrow.escalate(terms);
    }

    function test_atTheConfirmDeadlineNobodyEscalates() public {
        _startFrom(Status.Paid);
        vm.warp(deadline);
        _expectNotPassed();
        escrow.escalate(terms);
    }

    function test_aSecondAfterTheConfirmDeadlineAnyoneEscalates() public {
        _startFrom(Status.Paid);
        vm.warp(deadline + 1);
        vm.prank(mallory);
        escrow.escalate(terms);
        _assertTrade(id, Status.Disputed, deadline + 1 + terms.arbitrationWindow);
    }

    function test_aSecondBeforeTheRulingDeadlineJudyRulesAndNobodyFallsBack() public {
        _startFrom(Status.Disputed);
        vm.assertEq(deadline, START + 7 days);
        _judyMayRuleAt(deadline - 1);
    }

    function test_atTheRulingDeadlineJudyRulesAndNobodyFallsBack() public {
        _startFrom(Status.Disputed);
        _judyMayRuleAt(deadline);
    }

    function _judyMayRuleAt(uint256 time) internal {
        vm.warp(time);
        _expectNotPassed();
        escrow.resolveExpired(terms);
        vm.prank(judy);
        escrow.resolve(terms, 10_000, 1);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_aSecondAfterTheRulingDeadlineAnyoneFallsBackAndJudyIsLate() public {
        _startFrom(Status.Disputed);
        vm.warp(deadline + 1);
        vm.prank(judy);
        _expectPassed();
        escrow.resolve(terms, 10_000, 1);
        bytes memory signature = _sign(JUDYS_KEY, _rulingDigest(id, 10_000, 1, NEVER));
        _expectPassed();
        escrow.resolveBySig(terms, 10_000, 1, NEVER, signature);
        vm.prank(mallory);
        escrow.resolveExpired(terms);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_concedingKnowsNoDeadline() public {
        _startFrom(Status.Disputed);
        vm.warp(START + 365 days);
        uint256 before = vm.snapshotState();
        vm.prank(sara);
        escrow.release(terms);
        vm.revertToState(before);
        vm.prank(ben);
        escrow.cancel(terms);
        _assertTrade(id, Status.Refunded, 0);
    }

    function test_concedingAnUnpaidTradeKnowsNoDeadlineEither() public {
        _startFrom(Status.Funded);
        vm.warp(START + 365 days);
        vm.prank(sara);
        escrow.release(terms);
        _assertTrade(id, Status.Released, 0);
    }
}
