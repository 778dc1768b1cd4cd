// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {Bookkeeper, Refuser} from "./base/Receivers.sol";
import {BlockingToken, SilentToken} from "./base/Tokens.sol";

/// @dev Twelve faults that were found in other escrows, each tried on this one. docs/contract.md tells where they come from.
contract DefectsTest is EscrowTest {
    /// Fund two units, have an accomplice paid a thousand by claiming that in the hash.
    function test_defect01_whatIsPaidOutIsWhatWasFundedNotWhatIsClaimed() public {
        Terms memory victims = _tokenTerms();
        _fund(victims);
        Terms memory small = _tokenTerms();
        small.salt = 2;
        small.amount = 2;
        _fund(small);
        Terms memory claimed = small;
        claimed.amount = COINS;
        vm.prank(sara);
        _expectWrongStatus(Status.None);
        escrow.release(claimed);
        vm.assertEq(token.balanceOf(address(escrow)), COINS + 2);
    }

    /// A stranger relays a release and takes nearly all of it as a fee of its own.
    function test_defect02_aRelayerTakesNothing() public {
        Terms memory terms = _tokenTerms();
        bytes32 id = _pay(terms);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        Terms memory greedy = _tokenTerms();
        greedy.feeRecipient = mallory;
        vm.startPrank(mallory);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, sara));
        escrow.releaseBySig(greedy, NEVER, signature);
        escrow.releaseBySig(terms, NEVER, signature);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(ben), 100 ether + COINS - FEE);
        vm.assertEq(token.balanceOf(mallory), 100 ether);
    }

    /// Anybody opens a trade on a seller's deposit, marks it paid, and locks it.
    function test_defect03_nobodyOpensATradeWithAnothersCoins() public {
        Terms memory terms = _tokenTerms();
        terms.buyer = mallory;
        vm.startPrank(mallory);
        vm.expectRevert(IEscrow.NotSeller.selector);
        escrow.fund(terms);
        vm.expectRevert(IEscrow.NotSeller.selector);
        escrow.fundWithPermit(terms, NEVER, 27, 0, 0);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(sara), 100 ether);
    }

    /// A token that answers nothing comes in and can never go out again.
    function test_defect04_aTokenThatComesInGoesOut() public {
        SilentToken silent = new SilentToken();
        silent.mint(sara, 3 * COINS);
        Terms memory terms = _tokenTerms();
        terms.token = address(silent);
        _bringTo(Status.Released, terms);
        terms.salt = 2;
        _bringTo(Status.Refunded, terms);
        terms.salt = 3;
        _bringTo(Status.Resolved, terms);
        escrow.withdrawFor(fiona, address(silent));
        vm.assertEq(silent.balanceOf(address(escrow)), 0);
    }

    /// 2,300 gas and an ignored failure: a contract wallet gets nothing and the trade counts as over.
    function test_defect05_aWalletContractIsPaidOrCredited() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Bookkeeper());
        _bringTo(Status.Released, terms);
        vm.assertEq(terms.buyer.balance, COINS - FEE);
        terms.buyer = address(new Refuser());
        _bringTo(Status.Released, terms);
        vm.assertEq(escrow.creditOf(terms.buyer, ETH), COINS - FEE);
        Refuser(payable(terms.buyer)).open();
        escrow.withdrawFor(terms.buyer, ETH);
        vm.assertEq(terms.buyer.balance, COINS - FEE);
    }

    /// The operator replaces the arbiter in the middle of a dispute and rules itself. Here nobody can replace anything.
    function test_defect06_theArbiterIsTheOneBothAgreedOn() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _dispute(terms);
        vm.prank(mallory);
        vm.expectRevert(IEscrow.NotArbiter.selector);
        escrow.resolve(terms, 10_000, 1);
        terms.arbiter = mallory;
        vm.prank(mallory);
        _expectWrongStatus(Status.None);
        escrow.resolve(terms, 10_000, 1);
        _assertTrade(id, Status.Disputed, START + 7 days);
    }

    /// Costs above the value: the trade is deleted and nobody is paid. The smallest trade with the highest fee pays out.
    function test_defect07_noTradeEndsWithoutSomebodyBeingPaid() public {
        Terms memory terms = _ethTerms();
        terms.amount = 1;
        uint256 before = ben.balance;
        _bringTo(Status.Released, terms);
        vm.assertEq(ben.balance, before + 1);
        vm.assertEq(address(escrow).balance, 0);
    }

    /// Typed data that no wallet can sign; and what was paid out of one payment is taken from another. Here the digest is
    /// that of the standard (`Vectors.t.sol` has the independent ones) and the books are kept per trade.
    function test_defect08_signaturesAreStandardAndBooksArePerTrade() public {
        Terms memory first = _ethTerms();
        Terms memory second = _ethTerms();
        second.salt = 2;
        bytes32 id = _fund(first);
        _fund(second);
        escrow.releaseBySig(first, NEVER, _signAction(SARAS_KEY, id, "release"));
        vm.prank(ben);
        _expectWrongStatus(Status.Released);
        escrow.cancel(first);
        vm.assertEq(address(escrow).balance, COINS + FEE);
    }

    /// Signatures over a bare id are good in every copy of the contract and on every chain.
    function test_defect09_aSignatureIsForOneContractOnOneChain() public {
        Terms memory terms = _ethTerms();
        bytes memory signature = _signAction(SARAS_KEY, _fund(terms), "release");
        IEscrow first = escrow;
        escrow = _deploy();
        _fund(terms);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, sara));
        escrow.releaseBySig(terms, NEVER, signature);
        escrow = first;
        vm.chainId(8_453);
        _fund(terms);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, sara));
        escrow.releaseBySig(terms, NEVER, signature);
    }

    /// Deleted storage: the same terms are funded again and an unused old signature comes back to life.
    function test_defect10_anEndedTradeNeverComesBack() public {
        Terms memory terms = _ethTerms();
        bytes memory old = _signAction(SARAS_KEY, _bringTo(Status.Refunded, terms), "release");
        vm.prank(sara);
        _expectWrongStatus(Status.Refunded);
        escrow.fundEth{value: COINS}(terms);
        _expectWrongStatus(Status.Refunded);
        escrow.releaseBySig(terms, NEVER, old);
    }

    /// A blocked fee recipient or payee blocks everybody.
    function test_defect11_aBlockedReceiverBlocksNobody() public {
        BlockingToken blocking = new BlockingToken();
        blocking.mint(sara, COINS);
        vm.prank(sara);
        blocking.approve(address(escrow), COINS);
        Terms memory terms = _tokenTerms();
        terms.token = address(blocking);
        _dispute(terms);
        blocking.setBlocked(fiona, true);
        blocking.setBlocked(ben, true);
        vm.prank(judy);
        escrow.resolve(terms, 5_000, 1);
        vm.assertEq(blocking.balanceOf(sara), 0.5 ether);
        vm.assertEq(escrow.creditOf(ben, address(blocking)), 0.495 ether);
        vm.assertEq(escrow.creditOf(fiona, address(blocking)), 0.005 ether);
    }

    /// Once marked paid, an arbiter who never answers locks the coins for ever.
    function test_defect12_aSilentArbiterLocksNothing() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _pay(terms);
        vm.startPrank(mallory);
        vm.warp(START + terms.confirmWindow + 1);
        escrow.escalate(terms);
        vm.warp(block.timestamp + terms.arbitrationWindow + 1);
        escrow.resolveExpired(terms);
        vm.stopPrank();
        _assertTrade(id, Status.Resolved, 0);
        vm.assertEq(address(escrow).balance, escrow.creditOf(fiona, ETH));
    }
}
