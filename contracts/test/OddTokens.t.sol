// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {AnsweringToken, GenerousToken, PlainToken, RefusingToken, SilentToken, TaxingToken} from "./base/Tokens.sol";

/// @dev ERC-20 as it is found in the wild.
contract OddTokensTest is EscrowTest {
    function _termsIn(address asset) internal view returns (Terms memory terms) {
        terms = _ethTerms();
        terms.token = asset;
    }

    function _supply(PlainToken asset) internal returns (Terms memory terms) {
        asset.mint(sara, 10 ether);
        vm.prank(sara);
        asset.approve(address(escrow), type(uint256).max);
        return _termsIn(address(asset));
    }

    function test_aTokenThatAnswersNothingWorksInAndOut() public {
        SilentToken silent = new SilentToken();
        silent.mint(sara, COINS);
        Terms memory terms = _termsIn(address(silent));
        _dispute(terms);
        vm.prank(judy);
        escrow.resolve(terms, 5_000, 1);
        vm.assertEq(silent.balanceOf(ben), 0.495 ether);
        vm.assertEq(silent.balanceOf(sara), 0.5 ether);
        escrow.withdrawFor(fiona, address(silent));
        vm.assertEq(silent.balanceOf(fiona), 0.005 ether);
        vm.assertEq(silent.balanceOf(address(escrow)), 0);
    }

    function test_aTokenThatAnswersFalseFundsNothing() public {
        RefusingToken refusing = new RefusingToken();
        Terms memory terms = _supply(refusing);
        refusing.setRefusing(true);
        vm.prank(sara);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        escrow.fund(terms);
    }

    function test_aTokenThatAnswersFalseOnTheWayOutLeavesACredit() public {
        RefusingToken refusing = new RefusingToken();
        Terms memory terms = _supply(refusing);
        bytes32 id = _fund(terms);
        refusing.setRefusing(true);
        _expectEvent();
        emit IEscrow.Credited(id, ben, address(refusing), COINS - FEE);
        vm.prank(sara);
        escrow.release(terms);
        vm.expectRevert(IEscrow.TransferFailed.selector);
        escrow.withdrawFor(ben, address(refusing));
        refusing.setRefusing(false);
        escrow.withdrawFor(ben, address(refusing));
        vm.assertEq(refusing.balanceOf(ben), COINS - FEE);
    }

    /// Whatever is not "nothing" and not exactly true counts as a refusal.
    function test_aTokensJunkIsARefusal() public {
        bytes[4] memory answers = [abi.encode(uint256(2)), bytes(hex"01"), abi.encode(uint256(0)), bytes(hex"0001")];
        for (uint256 i = 0; i < answers.length; ++i) {
            AnsweringToken odd = new AnsweringToken();
            Terms memory terms = _supply(odd);
            _fund(terms);
            odd.answerWith(answers[i]);
            vm.prank(sara);
            escrow.release(terms);
            vm.assertEq(escrow.creditOf(ben, address(odd)), COINS - FEE);
        }
    }

    function test_aTokensBlobIsNotCopied() public {
        AnsweringToken odd = new AnsweringToken();
        Terms memory terms = _supply(odd);
        _fund(terms);
        odd.answerWith(new bytes(1_000));
        vm.prank(sara);
        uint256 before = gasleft();
        escrow.release(terms);
        vm.assertLe(before - gasleft(), 250_000, "gas");
        vm.assertEq(escrow.creditOf(ben, address(odd)), COINS - FEE);
    }

    function test_aTokenThatTakesAFeeIsRefused() public {
        TaxingToken taxing = new TaxingToken();
        Terms memory terms = _supply(taxing);
        taxing.setTax(1);
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAmountReceived.selector);
        escrow.fund(terms);
    }

    function test_aTokenThatDeliversTooMuchIsRefused() public {
        Terms memory terms = _supply(new GenerousToken());
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAmountReceived.selector);
        escrow.fund(terms);
    }

    /// A fee switched on later costs the receivers of that token and leaves the books of the escrow exact.
    function test_aFeeSwitchedOnInTheMiddleHurtsOnlyItsReceivers() public {
        TaxingToken taxing = new TaxingToken();
        Terms memory terms = _supply(taxing);
        _fund(terms);
        taxing.setTax(100);
        vm.prank(sara);
        escrow.release(terms);
        vm.assertEq(taxing.balanceOf(ben), (COINS - FEE) * 99 / 100);
        vm.assertEq(taxing.balanceOf(address(escrow)), escrow.creditOf(fiona, address(taxing)));
    }

    function test_aTokenThatLosesItsCodeLeavesCredits() public {
        PlainToken doomed = new PlainToken();
        Terms memory terms = _supply(doomed);
        bytes32 id = _fund(terms);
        vm.etch(address(doomed), "");
        vm.prank(sara);
        escrow.release(terms);
        _assertTrade(id, Status.Released, 0);
        vm.assertEq(escrow.creditOf(ben, address(doomed)), COINS - FEE);
    }

    function test_whatWasGivenToTheEscrowByMistakeCountsForNoTrade() public {
        token.mint(address(escrow), 5 ether);
        Terms memory terms = _tokenTerms();
        _fund(terms);
        vm.prank(sara);
        escrow.release(terms);
        vm.assertEq(token.balanceOf(ben), 100 ether + COINS - FEE);
        vm.assertEq(token.balanceOf(address(escrow)), 5 ether + FEE);
    }

    /// The escrow's own standing balance must not fund a trade whose seller's tokens never came.
    function test_aTokenThatDeliversNothingFundsNothing() public {
        RefusingToken liar = new RefusingToken();
        liar.mint(address(escrow), 5 ether);
        Terms memory terms = _termsIn(address(liar));
        vm.etch(address(liar), address(new SilentLiar()).code);
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAmountReceived.selector);
        escrow.fund(terms);
    }

    function test_aReleaseInATokenThatNeedsGasIsNotStarved() public {
        Terms memory terms = _tokenTerms();
        terms.buyer = address(0xBEEF);
        bytes32 id = _fund(terms);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        bytes memory call = abi.encodeCall(IEscrow.releaseBySig, (terms, NEVER, signature));
        for (uint256 limit = 20_000; limit < 320_000; limit += 1_000) {
            uint256 before = vm.snapshotState();
            vm.prank(mallory);
            (bool done,) = address(escrow).call{gas: limit}(call);
            vm.assertEq(escrow.creditOf(terms.buyer, address(token)), 0, "credit");
            vm.assertEq(token.balanceOf(terms.buyer), done ? COINS - FEE : 0, "balance");
            vm.revertToState(before);
        }
    }
}

/// @dev Claims to have moved coins.
contract SilentLiar {
    function balanceOf(address) external pure returns (uint256) {
        return 5 ether;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }
}
