// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

contract FundingTest is EscrowTest {
    function test_saraFundsATradeInEth() public {
        Terms memory terms = _ethTerms();
        bytes32 id = escrow.tradeIdOf(terms);
        _expectEvent();
        emit IEscrow.Funded(id, sara, ben, terms);
        vm.prank(sara);
        vm.assertEq(escrow.fundEth{value: COINS}(terms), id);
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(address(escrow).balance, COINS);
        vm.assertEq(sara.balance, 99 ether);
    }

    function test_saraFundsATradeInTokens() public {
        Terms memory terms = _tokenTerms();
        bytes32 id = escrow.tradeIdOf(terms);
        _expectEvent();
        emit IEscrow.Funded(id, sara, ben, terms);
        vm.prank(sara);
        vm.assertEq(escrow.fund(terms), id);
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(token.balanceOf(address(escrow)), COINS);
        vm.assertEq(token.balanceOf(sara), 99 ether);
    }

    function test_twoTradesDifferInTheirSaltAlone() public {
        Terms memory terms = _ethTerms();
        bytes32 first = _fund(terms);
        terms.salt = 2;
        bytes32 second = _fund(terms);
        vm.assertTrue(first != second);
        _assertTrade(first, Status.Funded, terms.payBy);
        _assertTrade(second, Status.Funded, terms.payBy);
    }

    function test_nobodyElseOpensATradeWithSarasEth() public {
        vm.prank(mallory);
        vm.expectRevert(IEscrow.NotSeller.selector);
        escrow.fundEth{value: COINS}(_ethTerms());
    }

    /// Sara's standing allowance must not let anybody put her coins into a trade.
    function test_nobodyElseOpensATradeWithSarasTokens() public {
        vm.prank(mallory);
        vm.expectRevert(IEscrow.NotSeller.selector);
        escrow.fund(_tokenTerms());
    }

    function test_tooLittleEthIsRefused() public {
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongValue.selector);
        escrow.fundEth{value: COINS - 1}(_ethTerms());
    }

    function test_tooMuchEthIsRefused() public {
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongValue.selector);
        escrow.fundEth{value: COINS + 1}(_ethTerms());
    }

    function test_ethDoesNotFundATokenTrade() public {
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAsset.selector);
        escrow.fundEth{value: COINS}(_tokenTerms());
    }

    function test_anEthTradeIsNotFundedWithoutEth() public {
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAsset.selector);
        escrow.fund(_ethTerms());
    }

    function test_aTokenWithoutCodeIsRefused() public {
        Terms memory terms = _tokenTerms();
        terms.token = mallory;
        vm.prank(sara);
        vm.expectRevert(IEscrow.TokenHasNoCode.selector);
        escrow.fund(terms);
    }

    function test_tokensThatWereNotAllowedAreNotTaken() public {
        vm.startPrank(sara);
        token.approve(address(escrow), COINS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), COINS - 1, COINS)
        );
        escrow.fund(_tokenTerms());
    }

    function test_anIdIsFundedOnceWhateverBecameOfIt() public {
        for (uint8 i = uint8(Status.Funded); i <= uint8(Status.Resolved); ++i) {
            Terms memory eth = _ethTerms();
            Terms memory tokens = _tokenTerms();
            eth.salt = tokens.salt = i;
            _bringTo(Status(i), eth);
            _bringTo(Status(i), tokens);
            vm.prank(sara);
            _expectWrongStatus(Status(i));
            escrow.fundEth{value: COINS}(eth);
            vm.prank(sara);
            _expectWrongStatus(Status(i));
            escrow.fund(tokens);
        }
    }

    function test_plainEthIsRefused() public {
        vm.prank(mallory);
        (bool taken,) = address(escrow).call{value: 1}("");
        vm.assertFalse(taken);
        vm.prank(mallory);
        (taken,) = address(escrow).call{value: 1}(hex"01020304");
        vm.assertFalse(taken);
    }

    function test_noOtherCallTakesEth() public {
        Terms memory terms = _tokenTerms();
        bytes memory call = abi.encodeCall(IEscrow.fund, (terms));
        vm.prank(sara);
        (bool taken,) = address(escrow).call{value: 1}(call);
        vm.assertFalse(taken);
        _fund(terms);
        call = abi.encodeCall(IEscrow.release, (terms));
        vm.prank(sara);
        (taken,) = address(escrow).call{value: 1}(call);
        vm.assertFalse(taken);
    }

    function test_anUnknownIdHasNoStatusAndNoDeadline() public view {
        _assertTrade(keccak256("nothing"), Status.None, 0);
    }
}
