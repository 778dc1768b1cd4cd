// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {TokenFunding} from "./base/TokenFunding.sol";
import {SilentToken, TaxingToken} from "./base/Tokens.sol";

/// @dev Funding by the seller's EIP-2612 permit.
contract FundingByPermitTest is TokenFunding {
    Terms internal terms;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        terms = _dollarTerms();
        id = escrow.tradeIdOf(terms);
    }

    function _fundAs(address by, Signed memory signed) internal returns (bytes32) {
        vm.prank(by);
        return escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
    }

    function test_saraFundsWithoutAnAllowanceInOneTransaction() public {
        Signed memory signed = _permit(SARAS_KEY, COINS, LATER);
        _expectEvent();
        emit IEscrow.Funded(id, sara, ben, terms);
        vm.assertEq(_fundAs(sara, signed), id);
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(dollars.balanceOf(address(escrow)), COINS);
        vm.assertEq(dollars.allowance(sara, address(escrow)), 0);
    }

    /// Mallory saw the permit in the pool and used it up. Sara's transaction finds the allowance and goes through.
    function test_aPermitUsedUpByAStrangerDoesNotHoldUpFunding() public {
        Signed memory signed = _permit(SARAS_KEY, COINS, LATER);
        vm.prank(mallory);
        dollars.permit(sara, address(escrow), COINS, LATER, signed.v, signed.r, signed.s);
        _fundAs(sara, signed);
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(dollars.balanceOf(address(escrow)), COINS);
    }

    /// A permit is bound to no trade: with it Mallory must not open one of her own choice, or even the agreed one.
    function test_nobodyElseFundsWithSarasPermit() public {
        Signed memory signed = _permit(SARAS_KEY, COINS, LATER);
        vm.prank(mallory);
        vm.expectRevert(IEscrow.NotSeller.selector);
        escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
        terms.seller = mallory;
        vm.prank(mallory);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, COINS)
        );
        escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
    }

    function test_aPermitThatFailsFundsNothingWithoutAnAllowance() public {
        Signed[3] memory bad;
        bad[0] = _permit(MALLORYS_KEY, COINS, LATER);
        bad[1] = _permit(SARAS_KEY, COINS, LATER + 1);
        bad[2] = _permit(SARAS_KEY, COINS - 1, LATER);
        for (uint256 i = 0; i < bad.length; ++i) {
            vm.prank(sara);
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, COINS)
            );
            escrow.fundWithPermit(terms, LATER, bad[i].v, bad[i].r, bad[i].s);
        }
        _assertTrade(id, Status.None, 0);
    }

    function test_anExpiredPermitFundsNothing() public {
        terms.payBy = START + 2 hours;
        Signed memory signed = _permit(SARAS_KEY, COINS, LATER);
        vm.warp(LATER + 1);
        vm.prank(sara);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, COINS)
        );
        escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
    }

    /// Like every token that does not know permits, or knows another form of them.
    function test_aTokenWithoutPermitsIsFundedByItsAllowance() public {
        terms = _tokenTerms();
        id = escrow.tradeIdOf(terms);
        _fundAs(sara, Signed(27, 0, 0));
        _assertTrade(id, Status.Funded, terms.payBy);
        SilentToken silent = new SilentToken();
        silent.mint(sara, COINS);
        terms.token = address(silent);
        _fundAs(sara, Signed(27, 0, 0));
        vm.assertEq(silent.balanceOf(address(escrow)), COINS);
    }

    function test_aTokenThatTakesAFeeIsRefused() public {
        TaxingToken taxing = new TaxingToken();
        taxing.mint(sara, COINS);
        taxing.setTax(1);
        vm.prank(sara);
        taxing.approve(address(escrow), COINS);
        terms.token = address(taxing);
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAmountReceived.selector);
        escrow.fundWithPermit(terms, LATER, 27, 0, 0);
    }

    function test_aPermitIsNoWayIntoEthOrIntoNothing() public {
        terms.token = ETH;
        vm.prank(sara);
        vm.expectRevert(IEscrow.WrongAsset.selector);
        escrow.fundWithPermit(terms, LATER, 27, 0, 0);
        terms.token = mallory;
        vm.prank(sara);
        vm.expectRevert(IEscrow.TokenHasNoCode.selector);
        escrow.fundWithPermit(terms, LATER, 27, 0, 0);
    }

    function test_anIdIsFundedOnce() public {
        _fundAs(sara, _permit(SARAS_KEY, COINS, LATER));
        Signed memory signed = _permit(SARAS_KEY, COINS, LATER);
        vm.prank(sara);
        _expectWrongStatus(Status.Funded);
        escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
    }
}
