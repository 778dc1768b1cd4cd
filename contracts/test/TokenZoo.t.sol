// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {PlainToken, TaxingToken} from "./base/Tokens.sol";

/// @dev Tokens that change under our feet. Each hurts its own trades at most, never those in another asset.
contract TokenZooTest is EscrowTest {
    function _supply(PlainToken asset) internal returns (Terms memory terms) {
        asset.mint(sara, 10 ether);
        vm.prank(sara);
        asset.approve(address(escrow), type(uint256).max);
        terms = _ethTerms();
        terms.token = address(asset);
    }

    function test_aPausedTokenLeavesCreditsThatOutliveThePause() public {
        PausingToken pausing = new PausingToken();
        Terms memory terms = _supply(pausing);
        _dispute(terms);
        pausing.pause(true);
        vm.prank(judy);
        escrow.resolve(terms, 5_000, 1);
        vm.assertEq(escrow.creditOf(sara, address(pausing)), 0.5 ether);
        vm.assertEq(escrow.creditOf(ben, address(pausing)), 0.495 ether);
        vm.expectRevert(IEscrow.TransferFailed.selector);
        escrow.withdrawFor(ben, address(pausing));
        pausing.pause(false);
        escrow.withdrawFor(ben, address(pausing));
        escrow.withdrawFor(sara, address(pausing));
        escrow.withdrawFor(fiona, address(pausing));
        vm.assertEq(pausing.balanceOf(address(escrow)), 0);
    }

    /// Half of every balance is gone: the first to leave is paid, the last is owed, and ETH and other tokens never notice.
    function test_aTokenThatShrinksHurtsOnlyItsOwnTrades() public {
        ShrinkingToken shrinking = new ShrinkingToken();
        Terms memory first = _supply(shrinking);
        _fund(first);
        Terms memory second = _ethTerms();
        second.token = address(shrinking);
        second.salt = 2;
        _fund(second);
        _fund(_tokenTerms());
        _fund(_ethTerms());
        shrinking.shrink(address(escrow));
        vm.startPrank(sara);
        escrow.release(first);
        escrow.release(second);
        escrow.release(_tokenTerms());
        escrow.release(_ethTerms());
        vm.stopPrank();
        vm.assertEq(shrinking.balanceOf(ben), COINS - FEE);
        vm.assertEq(escrow.creditOf(ben, address(shrinking)), COINS - FEE);
        vm.assertEq(token.balanceOf(ben), 100 ether + COINS - FEE);
        vm.assertEq(ben.balance, 100 ether + COINS - FEE);
    }

    function test_aTokenThatRefusesToMoveNothingIsNeverAskedTo() public {
        NoZeroToken noZero = new NoZeroToken();
        Terms memory terms = _supply(noZero);
        _dispute(terms);
        vm.recordLogs();
        vm.prank(judy);
        escrow.resolve(terms, 0, 1);
        vm.assertEq(noZero.balanceOf(sara), 10 ether);
        terms.salt = 2;
        _dispute(terms);
        vm.prank(judy);
        escrow.resolve(terms, 10_000, 1);
        vm.assertEq(noZero.balanceOf(ben), COINS - FEE);
    }

    function test_aTokenThatIsReplacedInTheMiddleStillPays() public {
        PlainToken old = new PlainToken();
        Terms memory terms = _supply(old);
        _fund(terms);
        TaxingToken next = new TaxingToken();
        vm.etch(address(old), address(next).code);
        vm.prank(sara);
        escrow.release(terms);
        vm.assertEq(old.balanceOf(ben), COINS - FEE);
    }

    function test_aTokenWithoutDecimalsIsTradedByTheUnit() public {
        Terms memory terms = _tokenTerms();
        terms.amount = 3;
        _dispute(terms);
        vm.prank(judy);
        escrow.resolve(terms, 5_000, 1);
        vm.assertEq(token.balanceOf(ben), 100 ether + 1);
        vm.assertEq(token.balanceOf(sara), 100 ether - 1);
    }

    function test_theLargestAmountGoesInAndOut() public {
        PlainToken huge = new PlainToken();
        Terms memory terms = _supply(huge);
        huge.mint(sara, type(uint128).max);
        terms.amount = type(uint128).max;
        terms.feeBps = 100;
        _dispute(terms);
        vm.prank(judy);
        escrow.resolve(terms, 9_999, 1);
        uint256 share = terms.amount * 9_999 / 10_000;
        vm.assertEq(huge.balanceOf(ben), share - share / 100);
        vm.assertEq(escrow.creditOf(fiona, address(huge)), share / 100);
        vm.assertEq(huge.balanceOf(address(escrow)), share / 100);
    }

    /// A contract that dies can force native coin on anybody. The books do not count it and no trade can take it.
    function test_forcedEthIsNobodys() public {
        new Dying{value: 3 ether}(payable(address(escrow)));
        vm.assertEq(address(escrow).balance, 3 ether);
        _bringTo(Status.Released, _ethTerms());
        escrow.withdrawFor(fiona, ETH);
        vm.assertEq(address(escrow).balance, 3 ether);
        vm.prank(mallory);
        vm.expectRevert(IEscrow.NothingToWithdraw.selector);
        escrow.withdraw(ETH, mallory);
    }

    /// A buyer whose wallet is gone when the coins come is an empty account, and is paid like one.
    function test_aReceiverThatDiedIsPaidAllTheSame() public {
        Terms memory terms = _ethTerms();
        terms.buyer = address(new Dying{value: 1}(payable(mallory)));
        vm.etch(terms.buyer, "");
        _bringTo(Status.Released, terms);
        vm.assertEq(terms.buyer.balance, COINS - FEE);
    }

    /// A token that says it holds whatever it likes opens trades in itself and takes nothing else along.
    function test_aLyingTokenCannotReachOtherCoins() public {
        LyingToken lying = new LyingToken();
        _fund(_tokenTerms());
        _fund(_ethTerms());
        Terms memory terms = _ethTerms();
        terms.token = address(lying);
        terms.seller = mallory;
        terms.amount = type(uint128).max;
        _bringTo(Status.Released, terms);
        vm.assertEq(address(escrow).balance, COINS);
        vm.assertEq(token.balanceOf(address(escrow)), COINS);
        vm.assertEq(escrow.creditOf(ben, ETH), 0);
        vm.assertEq(escrow.creditOf(ben, address(token)), 0);
    }
}

contract PausingToken is PlainToken {
    bool private _paused;

    function pause(bool on) external {
        _paused = on;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!_paused, "paused");
        super._update(from, to, value);
    }
}

contract ShrinkingToken is PlainToken {
    function shrink(address account) external {
        _burn(account, balanceOf(account) / 2);
    }
}

contract NoZeroToken is PlainToken {
    function _update(address from, address to, uint256 value) internal override {
        require(value != 0, "zero");
        super._update(from, to, value);
    }
}

contract LyingToken {
    uint256 private _claim;

    function balanceOf(address) external view returns (uint256) {
        return _claim;
    }

    function transferFrom(address, address, uint256 amount) external returns (bool) {
        _claim += amount;
        return true;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }
}

contract Dying {
    constructor(address payable heir) payable {
        selfdestruct(heir);
    }
}
