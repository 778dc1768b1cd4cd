// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Resolution, Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {Bomber, Bookkeeper, GasBurner, Refuser, RevertBomber} from "./base/Receivers.sol";

/// @dev Native coin on its way out: what a receiver does never holds up a trade or another receiver.
contract PayoutsTest is EscrowTest {
    function _releaseTo(address buyer) internal returns (bytes32 id) {
        Terms memory terms = _ethTerms();
        terms.buyer = buyer;
        id = _fund(terms);
        vm.prank(sara);
        escrow.release(terms);
    }

    function _expectCredit(bytes32 id, address account, uint256 amount) internal {
        _expectEvent();
        emit IEscrow.Credited(id, account, ETH, amount);
    }

    function test_aRefusedPayoutBecomesACredit() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Refuser());
        bytes32 id = _fund(terms);
        _expectEvent();
        emit IEscrow.Released(id, COINS - FEE, FEE);
        _expectCredit(id, terms.buyer, COINS - FEE);
        vm.prank(sara);
        escrow.release(terms);
        _assertTrade(id, Status.Released, 0);
        vm.assertEq(escrow.creditOf(terms.buyer, ETH), COINS - FEE);
        vm.assertEq(address(escrow).balance, COINS);
    }

    function test_aRefusedRefundBecomesACredit() public {
        Terms memory terms = _ethTerms();
        terms.seller = address(new Refuser());
        vm.deal(terms.seller, COINS);
        bytes32 id = _fund(terms);
        vm.warp(terms.payBy + 1);
        _expectCredit(id, terms.seller, COINS);
        escrow.refundExpired(terms);
        vm.assertEq(escrow.creditOf(terms.seller, ETH), COINS);
    }

    function test_oneSideRefusingDoesNotHoldUpTheOther() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Refuser());
        bytes32 id = _dispute(terms);
        _expectCredit(id, terms.buyer, 0.495 ether);
        vm.prank(judy);
        escrow.resolve(terms, 5_000, 1);
        vm.assertEq(sara.balance, 99.5 ether);
        vm.assertEq(escrow.creditOf(terms.buyer, ETH), 0.495 ether);
        vm.assertEq(escrow.creditOf(fiona, ETH), 0.005 ether);
    }

    function test_bothSidesRefusingStillEndsTheTrade() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Refuser());
        terms.seller = address(new Refuser());
        vm.deal(terms.seller, COINS);
        bytes32 id = _dispute(terms);
        vm.warp(START + terms.arbitrationWindow + 1);
        escrow.resolveExpired(terms);
        _assertTrade(id, Status.Resolved, 0);
        vm.assertEq(escrow.creditOf(terms.buyer, ETH), 0.2475 ether);
        vm.assertEq(escrow.creditOf(terms.seller, ETH), 0.75 ether);
    }

    function test_aReceiverThatBurnsItsGasGetsACreditAtABoundedPrice() public {
        address burner = address(new GasBurner());
        uint256 before = gasleft();
        _releaseTo(burner);
        vm.assertLe(before - gasleft(), 300_000, "gas");
        vm.assertEq(escrow.creditOf(burner, ETH), COINS - FEE);
    }

    function test_aReceiversBlobIsNotCopied() public {
        address bomber = address(new Bomber());
        uint256 before = gasleft();
        _releaseTo(bomber);
        vm.assertLe(before - gasleft(), 250_000, "gas");
        vm.assertEq(bomber.balance, COINS - FEE);
    }

    function test_aReceiversRevertBlobIsNotCopied() public {
        address bomber = address(new RevertBomber());
        uint256 before = gasleft();
        _releaseTo(bomber);
        vm.assertLe(before - gasleft(), 300_000, "gas");
        vm.assertEq(escrow.creditOf(bomber, ETH), COINS - FEE);
    }

    /// A wallet that keeps books when it is paid is paid: 2,300 gas would not be enough for it.
    function test_aWalletThatWritesWhenItIsPaidIsPaid() public {
        Bookkeeper wallet = new Bookkeeper();
        _releaseTo(address(wallet));
        vm.assertEq(wallet.received(), COINS - FEE);
        vm.assertEq(escrow.creditOf(address(wallet), ETH), 0);
    }

    /// Whatever gas Mallory relays with, a receiver that can be paid is paid, or nothing happens at all.
    function test_nobodyStarvesAPayoutIntoACredit() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Bookkeeper());
        bytes32 id = _fund(terms);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        bytes memory call = abi.encodeCall(IEscrow.releaseBySig, (terms, NEVER, signature));
        uint256 paid;
        uint256 refused;
        for (uint256 limit = 20_000; limit < 260_000; limit += 500) {
            uint256 before = vm.snapshotState();
            vm.prank(mallory);
            (bool done,) = address(escrow).call{gas: limit}(call);
            vm.assertEq(escrow.creditOf(terms.buyer, ETH), 0, "credit");
            vm.assertEq(terms.buyer.balance, done ? COINS - FEE : 0, "balance");
            done ? ++paid : ++refused;
            vm.revertToState(before);
        }
        vm.assertTrue(paid > 100 && refused > 100, "both ends of the sweep were reached");
    }

    function test_tooLittleGasIsSaidSo() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _fund(terms);
        vm.prank(sara);
        vm.expectRevert(IEscrow.TooLittleGas.selector);
        escrow.release{gas: 100_000}(terms);
        _assertTrade(id, Status.Funded, terms.payBy);
    }

    /// The floor is what the payout can need and no more: who sends 160,000 gas is not asked for more.
    function test_enoughGasIsNotRefused() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _fund(terms);
        vm.prank(sara);
        escrow.release{gas: 160_000}(terms);
        _assertTrade(id, Status.Released, 0);
    }

    function test_nothingIsSentToASideThatGetsNothing() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Refuser());
        bytes32 id = _dispute(terms);
        vm.recordLogs();
        vm.prank(judy);
        escrow.resolve(terms, 0, 1);
        vm.assertEq(vm.getRecordedLogs().length, 1);
        vm.assertEq(sara.balance, 100 ether);
        vm.assertEq(escrow.creditOf(terms.buyer, ETH), 0);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_aRulingForTheBuyerAlonePaysTheBuyerAlone() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _dispute(terms);
        _expectEvent();
        emit IEscrow.Resolved(id, Resolution.Ruled, 10_000, 1, COINS - FEE, 0, FEE);
        vm.prank(judy);
        escrow.resolve(terms, 10_000, 1);
        vm.assertEq(ben.balance, 100 ether + COINS - FEE);
        vm.assertEq(sara.balance, 99 ether);
    }

    function test_theFeeRecipientIsNeverCalled() public {
        Terms memory terms = _ethTerms();
        terms.feeRecipient = address(new GasBurner());
        _fund(terms);
        vm.prank(sara);
        escrow.release(terms);
        vm.assertEq(escrow.creditOf(terms.feeRecipient, ETH), FEE);
    }

    /// The smallest amounts: the fee and the buyer's share are rounded down, and nothing is lost or made.
    function test_roundingLosesNothing() public {
        uint256[6] memory amounts = [uint256(1), 2, 99, 100, 101, 10_001];
        uint16[5] memory shares = [0, 1, 3_333, 9_999, 10_000];
        for (uint256 i = 0; i < amounts.length * shares.length; ++i) {
            Terms memory terms = _ethTerms();
            terms.amount = amounts[i % 6];
            terms.salt = i + 10;
            _dispute(terms);
            uint256[3] memory before = [ben.balance, sara.balance, escrow.creditOf(fiona, ETH)];
            vm.prank(judy);
            escrow.resolve(terms, shares[i / 6], 1);
            uint256 share = terms.amount * shares[i / 6] / 10_000;
            uint256 fee = share / 100;
            vm.assertEq(ben.balance - before[0], share - fee, "buyer");
            vm.assertEq(sara.balance - before[1], terms.amount - share, "seller");
            vm.assertEq(escrow.creditOf(fiona, ETH) - before[2], fee, "fee");
        }
        vm.assertEq(address(escrow).balance, escrow.creditOf(fiona, ETH));
    }
}
