// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {Refuser} from "./base/Receivers.sol";
import {BlockingToken} from "./base/Tokens.sol";

/// @dev Credits: fees, and payouts that could not be pushed.
contract WithdrawalsTest is EscrowTest {
    function _earnFees() internal {
        _bringTo(Status.Released, _ethTerms());
        _bringTo(Status.Released, _tokenTerms());
    }

    function _creditRefuser() internal returns (Refuser refuser) {
        refuser = new Refuser();
        Terms memory terms = _ethTerms();
        terms.buyer = address(refuser);
        _bringTo(Status.Released, terms);
    }

    function test_feesAddUp() public {
        Terms memory terms = _ethTerms();
        for (uint256 salt = 1; salt <= 3; ++salt) {
            terms.salt = salt;
            _bringTo(Status.Released, terms);
            vm.assertEq(escrow.creditOf(fiona, ETH), salt * FEE);
        }
    }

    function test_fionaWithdrawsHerFees() public {
        _earnFees();
        _expectEvent();
        emit IEscrow.Withdrawn(fiona, ETH, fiona, FEE);
        vm.prank(fiona);
        vm.assertEq(escrow.withdraw(ETH, fiona), FEE);
        vm.assertEq(fiona.balance, FEE);
        vm.assertEq(escrow.creditOf(fiona, ETH), 0);
        vm.assertEq(escrow.creditOf(fiona, address(token)), FEE);
    }

    function test_fionaWithdrawsHerFeesInTokens() public {
        _earnFees();
        _expectEvent();
        emit IEscrow.Withdrawn(fiona, address(token), mallory, FEE);
        vm.prank(fiona);
        vm.assertEq(escrow.withdraw(address(token), mallory), FEE);
        vm.assertEq(token.balanceOf(mallory), 100 ether + FEE);
        vm.assertEq(escrow.creditOf(fiona, address(token)), 0);
    }

    function test_anyoneSendsACreditToItsOwner() public {
        _earnFees();
        _expectEvent();
        emit IEscrow.Withdrawn(fiona, ETH, fiona, FEE);
        vm.prank(mallory);
        vm.assertEq(escrow.withdrawFor(fiona, ETH), FEE);
        vm.assertEq(fiona.balance, FEE);
        vm.assertEq(mallory.balance, 100 ether);
    }

    function test_aStrangerHasNothingToWithdraw() public {
        _earnFees();
        vm.prank(mallory);
        vm.expectRevert(IEscrow.NothingToWithdraw.selector);
        escrow.withdraw(ETH, mallory);
        vm.expectRevert(IEscrow.NothingToWithdraw.selector);
        escrow.withdrawFor(mallory, ETH);
    }

    function test_aCreditIsWithdrawnOnce() public {
        _earnFees();
        vm.prank(fiona);
        escrow.withdraw(ETH, fiona);
        vm.prank(fiona);
        vm.expectRevert(IEscrow.NothingToWithdraw.selector);
        escrow.withdraw(ETH, fiona);
    }

    function test_aCreditInOneAssetIsNoneInAnother() public {
        _bringTo(Status.Released, _ethTerms());
        vm.prank(fiona);
        vm.expectRevert(IEscrow.NothingToWithdraw.selector);
        escrow.withdraw(address(token), fiona);
    }

    function test_aCreditIsNeverSentIntoTheVoidOrBackIntoTheEscrow() public {
        _earnFees();
        vm.prank(fiona);
        vm.expectRevert(IEscrow.BadReceiver.selector);
        escrow.withdraw(ETH, address(0));
        vm.prank(fiona);
        vm.expectRevert(IEscrow.BadReceiver.selector);
        escrow.withdraw(address(token), address(escrow));
        vm.expectRevert(IEscrow.BadReceiver.selector);
        escrow.withdrawFor(address(0), ETH);
        vm.expectRevert(IEscrow.BadReceiver.selector);
        escrow.withdrawFor(address(escrow), ETH);
    }

    function test_anOwnerThatCannotReceiveChoosesAnotherAddress() public {
        Refuser refuser = _creditRefuser();
        vm.expectRevert(IEscrow.TransferFailed.selector);
        refuser.withdraw(escrow, ETH, address(refuser));
        vm.expectRevert(IEscrow.TransferFailed.selector);
        escrow.withdrawFor(address(refuser), ETH);
        vm.assertEq(escrow.creditOf(address(refuser), ETH), COINS - FEE);
        refuser.withdraw(escrow, ETH, judy);
        vm.assertEq(judy.balance, 100 ether + COINS - FEE);
        vm.assertEq(escrow.creditOf(address(refuser), ETH), 0);
    }

    function test_anyoneRetriesOnceTheOwnerCanReceive() public {
        Refuser refuser = _creditRefuser();
        refuser.open();
        vm.prank(mallory);
        escrow.withdrawFor(address(refuser), ETH);
        vm.assertEq(address(refuser).balance, COINS - FEE);
    }

    function _blockedTrade() internal returns (BlockingToken blocking, Terms memory terms) {
        blocking = new BlockingToken();
        blocking.mint(sara, COINS);
        vm.prank(sara);
        blocking.approve(address(escrow), COINS);
        terms = _ethTerms();
        terms.token = address(blocking);
        _fund(terms);
    }

    function test_aBlockedBuyerIsCreditedAndLeavesByAnotherAddress() public {
        (BlockingToken blocking, Terms memory terms) = _blockedTrade();
        blocking.setBlocked(ben, true);
        _expectEvent();
        emit IEscrow.Credited(escrow.tradeIdOf(terms), ben, address(blocking), COINS - FEE);
        vm.prank(sara);
        escrow.release(terms);
        vm.expectRevert(IEscrow.TransferFailed.selector);
        escrow.withdrawFor(ben, address(blocking));
        vm.prank(ben);
        escrow.withdraw(address(blocking), judy);
        vm.assertEq(blocking.balanceOf(judy), COINS - FEE);
    }

    function test_aBlockedSellerIsCreditedTheRefund() public {
        (BlockingToken blocking, Terms memory terms) = _blockedTrade();
        blocking.setBlocked(sara, true);
        vm.prank(ben);
        escrow.cancel(terms);
        vm.assertEq(escrow.creditOf(sara, address(blocking)), COINS);
    }

    function test_aBlockedEscrowKeepsTheBooksUntilItIsUnblocked() public {
        (BlockingToken blocking, Terms memory terms) = _blockedTrade();
        blocking.setBlocked(address(escrow), true);
        vm.prank(sara);
        escrow.release(terms);
        vm.assertEq(escrow.creditOf(ben, address(blocking)), COINS - FEE);
        blocking.setBlocked(address(escrow), false);
        escrow.withdrawFor(ben, address(blocking));
        escrow.withdrawFor(fiona, address(blocking));
        vm.assertEq(blocking.balanceOf(ben), COINS - FEE);
        vm.assertEq(blocking.balanceOf(address(escrow)), 0);
    }
}
