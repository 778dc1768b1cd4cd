// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev What cannot be escrowed at all. `_accept` and `_refuse` try both assets.
contract TermsChecksTest is EscrowTest {
    function _accept(Terms memory terms) internal {
        uint256 before = vm.snapshotState();
        vm.deal(terms.seller, terms.amount);
        _fund(terms);
        terms.token = address(token);
        _fund(terms);
        terms.token = ETH;
        vm.revertToState(before);
    }

    function _refuse(Terms memory terms, bytes4 because) internal {
        vm.deal(terms.seller, terms.amount);
        vm.prank(terms.seller);
        vm.expectRevert(because);
        escrow.fundEth{value: terms.amount}(terms);
        terms.token = address(token);
        vm.prank(terms.seller);
        vm.expectRevert(because);
        escrow.fund(terms);
        terms.token = ETH;
    }

    function test_theAmountIsAtLeastOneUnit() public {
        Terms memory terms = _ethTerms();
        terms.amount = 0;
        _refuse(terms, IEscrow.AmountOutOfRange.selector);
        terms.amount = 1;
        _accept(terms);
    }

    function test_theAmountFits128Bits() public {
        Terms memory terms = _ethTerms();
        terms.amount = uint256(type(uint128).max) + 1;
        _refuse(terms, IEscrow.AmountOutOfRange.selector);
        terms.amount = type(uint256).max;
        _refuse(terms, IEscrow.AmountOutOfRange.selector);
        terms.amount = type(uint128).max;
        token.mint(sara, terms.amount);
        _accept(terms);
    }

    function test_theBuyerIsSomebody() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(0);
        _refuse(terms, IEscrow.ZeroBuyer.selector);
    }

    function test_nobodyTradesWithThemselves() public {
        Terms memory terms = _ethTerms();
        terms.buyer = sara;
        _refuse(terms, IEscrow.SellerIsBuyer.selector);
    }

    function test_theEscrowBuysNothing() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(escrow);
        _refuse(terms, IEscrow.EscrowIsBuyer.selector);
    }

    function test_theArbiterIsSomebody() public {
        Terms memory terms = _ethTerms();
        terms.arbiter = address(0);
        _refuse(terms, IEscrow.ZeroArbiter.selector);
    }

    function test_theArbiterIsNoParty() public {
        Terms memory terms = _ethTerms();
        terms.arbiter = sara;
        _refuse(terms, IEscrow.ArbiterIsParty.selector);
        terms.arbiter = ben;
        _refuse(terms, IEscrow.ArbiterIsParty.selector);
    }

    function test_theFeeIsAtMostOnePercent() public {
        Terms memory terms = _ethTerms();
        terms.feeBps = 101;
        _refuse(terms, IEscrow.FeeTooHigh.selector);
        terms.feeBps = type(uint16).max;
        _refuse(terms, IEscrow.FeeTooHigh.selector);
        terms.feeBps = escrow.MAX_FEE_BPS();
        vm.assertEq(terms.feeBps, 100);
        _accept(terms);
    }

    function test_aFeeNeedsARecipientAndNoFeeNeedsNone() public {
        Terms memory terms = _ethTerms();
        terms.feeRecipient = address(0);
        terms.feeBps = 1;
        _refuse(terms, IEscrow.ZeroFeeRecipient.selector);
        terms.feeBps = 0;
        _accept(terms);
    }

    function test_theEscrowEarnsNoFee() public {
        Terms memory terms = _ethTerms();
        terms.feeRecipient = address(escrow);
        _refuse(terms, IEscrow.EscrowIsFeeRecipient.selector);
        terms.feeBps = 0;
        _refuse(terms, IEscrow.EscrowIsFeeRecipient.selector);
    }

    function test_fundingEndsBeforePayBy() public {
        Terms memory terms = _ethTerms();
        vm.warp(terms.payBy + 1);
        _refuse(terms, IEscrow.PayByPassed.selector);
        vm.warp(terms.payBy);
        _refuse(terms, IEscrow.PayByPassed.selector);
        vm.warp(terms.payBy - 1);
        _accept(terms);
    }

    function test_payByIsAtMostThirtyDaysAway() public {
        Terms memory terms = _ethTerms();
        terms.payBy = START + 30 days + 1;
        _refuse(terms, IEscrow.PayByTooFar.selector);
        terms.payBy = type(uint40).max;
        _refuse(terms, IEscrow.PayByTooFar.selector);
        terms.payBy = START + escrow.MAX_PAY_DELAY();
        vm.assertEq(terms.payBy, START + 30 days);
        _accept(terms);
    }

    function test_theSellerHasBetweenAMinuteAndThirtyDaysToConfirm() public {
        Terms memory terms = _ethTerms();
        terms.confirmWindow = 59 seconds;
        _refuse(terms, IEscrow.ConfirmWindowOutOfRange.selector);
        terms.confirmWindow = 30 days + 1;
        _refuse(terms, IEscrow.ConfirmWindowOutOfRange.selector);
        terms.confirmWindow = escrow.MIN_CONFIRM_WINDOW();
        vm.assertEq(terms.confirmWindow, 1 minutes);
        _accept(terms);
        terms.confirmWindow = escrow.MAX_CONFIRM_WINDOW();
        vm.assertEq(terms.confirmWindow, 30 days);
        _accept(terms);
    }

    function test_theArbiterHasBetweenOneAndNinetyDaysToRule() public {
        Terms memory terms = _ethTerms();
        terms.arbitrationWindow = 1 days - 1;
        _refuse(terms, IEscrow.ArbitrationWindowOutOfRange.selector);
        terms.arbitrationWindow = 90 days + 1;
        _refuse(terms, IEscrow.ArbitrationWindowOutOfRange.selector);
        terms.arbitrationWindow = escrow.MIN_ARBITRATION_WINDOW();
        vm.assertEq(terms.arbitrationWindow, 1 days);
        _accept(terms);
        terms.arbitrationWindow = escrow.MAX_ARBITRATION_WINDOW();
        vm.assertEq(terms.arbitrationWindow, 90 days);
        _accept(terms);
    }

    function test_theFallbackIsAtMostEverything() public {
        Terms memory terms = _ethTerms();
        terms.fallbackBuyerBps = 10_001;
        _refuse(terms, IEscrow.ShareTooHigh.selector);
        terms.fallbackBuyerBps = 10_000;
        _accept(terms);
        terms.fallbackBuyerBps = 0;
        _accept(terms);
    }
}
