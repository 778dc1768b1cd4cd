// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Resolution, Terms} from "../src/Terms.sol";
import {IEscrow} from "../src/IEscrow.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev Any amount, any fee, any split, through whole trades: 10,000 runs each.
contract ArithmeticTest is EscrowTest {
    function _terms(uint128 amount, uint16 feeBps, uint16 fallbackBps) internal returns (Terms memory terms) {
        terms = _ethTerms();
        terms.amount = uint256(amount) + (amount == 0 ? 1 : 0);
        terms.feeBps = feeBps % 101;
        terms.fallbackBuyerBps = fallbackBps % 10_001;
        vm.deal(sara, terms.amount);
        vm.deal(ben, 0);
    }

    /// Written without the contract's own formula: the share is the largest whole number that is not too much, and the
    /// fee likewise.
    function _checkSplit(Terms memory terms, uint256 bps) internal view {
        uint256 fee = escrow.creditOf(fiona, ETH);
        uint256 share = ben.balance + fee;
        vm.assertEq(ben.balance + sara.balance + fee, terms.amount, "nothing lost or made");
        vm.assertTrue(share * 10_000 <= terms.amount * bps && (share + 1) * 10_000 > terms.amount * bps, "share");
        vm.assertTrue(fee * 10_000 <= share * terms.feeBps && (fee + 1) * 10_000 > share * terms.feeBps, "fee");
        vm.assertEq(address(escrow).balance, fee, "only the fee stays");
    }

    function testFuzz_aRulingSplitsAnyAmount(uint128 amount, uint16 feeBps, uint16 bps) public {
        Terms memory terms = _terms(amount, feeBps, 0);
        _dispute(terms);
        vm.prank(judy);
        escrow.resolve(terms, bps % 10_001, 1);
        _checkSplit(terms, bps % 10_001);
    }

    function testFuzz_theFallbackSplitsAnyAmount(uint128 amount, uint16 feeBps, uint16 bps) public {
        Terms memory terms = _terms(amount, feeBps, bps);
        _dispute(terms);
        vm.warp(block.timestamp + terms.arbitrationWindow + 1);
        escrow.resolveExpired(terms);
        _checkSplit(terms, terms.fallbackBuyerBps);
    }

    function testFuzz_aReleaseIsASplitOfEverything(uint128 amount, uint16 feeBps) public {
        Terms memory terms = _terms(amount, feeBps, 0);
        _fund(terms);
        vm.prank(sara);
        escrow.release(terms);
        _checkSplit(terms, 10_000);
    }

    function testFuzz_aRefundIsEverythingAndNoFee(uint128 amount, uint16 feeBps) public {
        Terms memory terms = _terms(amount, feeBps, 0);
        _fund(terms);
        vm.prank(ben);
        escrow.cancel(terms);
        vm.assertEq(sara.balance, terms.amount);
        vm.assertEq(address(escrow).balance, 0);
    }

    function testFuzz_eventsTellWhatHappened(uint128 amount, uint16 feeBps, uint16 bps) public {
        Terms memory terms = _terms(amount, feeBps, 0);
        bytes32 id = _dispute(terms);
        bps %= 10_001;
        uint256 share = terms.amount * bps / 10_000;
        uint256 fee = share * terms.feeBps / 10_000;
        _expectEvent();
        emit IEscrow.Resolved(id, Resolution.Ruled, bps, 7, share - fee, terms.amount - share, fee);
        vm.prank(judy);
        escrow.resolve(terms, bps, 7);
    }
}
