// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {TokenFunding} from "./base/TokenFunding.sol";

/// @dev Funding by the seller's ERC-3009 authorization, which Mallory relays.
contract FundingByAuthorizationTest is TokenFunding {
    Terms internal terms;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        terms = _dollarTerms();
        id = escrow.tradeIdOf(terms);
    }

    function _refuse(Terms memory asked, Signed memory signed, bytes4 because) internal {
        vm.prank(mallory);
        vm.expectPartialRevert(because);
        escrow.fundWithAuthorization(asked, LATER, signed.v, signed.r, signed.s);
    }

    function _relay(Signed memory signed) internal {
        vm.prank(mallory);
        escrow.fundWithAuthorization(terms, LATER, signed.v, signed.r, signed.s);
    }

    function test_aStrangerBringsSarasAuthorizationAndSaraNeedsNoGas() public {
        vm.deal(sara, 0);
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, id);
        _expectEvent();
        emit IEscrow.Funded(id, sara, ben, terms);
        _relay(signed);
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(dollars.balanceOf(address(escrow)), COINS);
        vm.assertEq(dollars.balanceOf(sara), 100 ether - COINS);
        vm.assertEq(dollars.balanceOf(mallory), 0);
    }

    /// Mallory cannot put the coins into a trade whose buyer, arbiter, price or split she likes better.
    function test_anAuthorizationFundsThatOneTradeOnly() public {
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, id);
        for (uint256 field = 0; field < 6; ++field) {
            Terms memory bent = terms;
            if (field == 0) bent.buyer = mallory;
            if (field == 1) bent.arbiter = mallory;
            if (field == 2) bent.feeRecipient = mallory;
            if (field == 3) bent.fallbackBuyerBps = 10_000;
            if (field == 4) bent.salt = 2;
            if (field == 5) bent.amount -= 1;
            _refuse(bent, signed, ERC3009.ERC3009InvalidSignature.selector);
        }
        vm.assertEq(dollars.balanceOf(sara), 100 ether);
    }

    function test_onlySarasKeyAuthorizes() public {
        _refuse(terms, _authorize(MALLORYS_KEY, COINS, LATER, id), ERC3009.ERC3009InvalidSignature.selector);
        _refuse(terms, _authorize(BENS_KEY, COINS, LATER, id), ERC3009.ERC3009InvalidSignature.selector);
    }

    function test_anAuthorizationOfAnotherAmountOrTimeFundsNothing() public {
        _refuse(terms, _authorize(SARAS_KEY, COINS - 1, LATER, id), ERC3009.ERC3009InvalidSignature.selector);
        _refuse(terms, _authorize(SARAS_KEY, COINS, LATER + 1, id), ERC3009.ERC3009InvalidSignature.selector);
    }

    function test_anExpiredAuthorizationFundsNothing() public {
        terms.payBy = START + 2 hours;
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, escrow.tradeIdOf(terms));
        vm.warp(LATER);
        _refuse(terms, signed, ERC3009.ERC3009InvalidAuthorizationTime.selector);
        vm.warp(LATER - 1);
        _relay(signed);
    }

    /// The token lets nobody but the escrow use it, so it cannot be burned by being used elsewhere.
    function test_aStrangerCannotUseTheAuthorizationUp() public {
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, id);
        vm.prank(mallory);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(escrow)));
        dollars.receiveWithAuthorization(sara, address(escrow), COINS, 0, LATER, id, signed.v, signed.r, signed.s);
        _relay(signed);
        _assertTrade(id, Status.Funded, terms.payBy);
    }

    function test_saraTakesAnAuthorizationBackBeforeItIsUsed() public {
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, id);
        bytes32 structHash =
            keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), sara, id));
        Signed memory back = _signFor(SARAS_KEY, dollars.DOMAIN_SEPARATOR(), structHash);
        dollars.cancelAuthorization(sara, id, back.v, back.r, back.s);
        _refuse(terms, signed, ERC3009.ERC3009UsedAuthorization.selector);
    }

    function test_anAuthorizationWorksOnceWhateverBecameOfTheTrade() public {
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, id);
        _relay(signed);
        _refuse(terms, signed, IEscrow.WrongStatus.selector);
        vm.prank(ben);
        escrow.cancel(terms);
        _refuse(terms, signed, IEscrow.WrongStatus.selector);
    }

    /// Sara may also lock the coins herself while a relayer holds her authorization: it finds the trade open.
    function test_theSameTradeIsNotFundedTwiceInTwoWays() public {
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, id);
        vm.startPrank(sara);
        dollars.approve(address(escrow), COINS);
        escrow.fund(terms);
        vm.stopPrank();
        _refuse(terms, signed, IEscrow.WrongStatus.selector);
        vm.assertEq(dollars.balanceOf(address(escrow)), COINS);
    }

    function test_anAuthorizationIsNoWayIntoEthOrIntoNothing() public {
        terms.token = ETH;
        _refuse(terms, Signed(27, 0, 0), IEscrow.WrongAsset.selector);
        terms.token = mallory;
        _refuse(terms, Signed(27, 0, 0), IEscrow.TokenHasNoCode.selector);
    }

    /// What a careless token might take for the signature of the zero address funds nothing.
    function test_nobodyIsNoSeller() public {
        terms.seller = address(0);
        _refuse(terms, Signed(27, 0, 0), IEscrow.ZeroSeller.selector);
    }

    /// Wrapped ether answers every call it does not know with success. The coins that did not come are missed.
    function test_aTokenThatSaysYesToEverythingFundsNothing() public {
        YesToken yes = new YesToken();
        yes.mint(address(escrow), 5 ether);
        terms.token = address(yes);
        _refuse(terms, Signed(27, 0, 0), IEscrow.WrongAmountReceived.selector);
    }
}

/// @dev Has a fallback that does nothing, as wrapped ether does.
contract YesToken {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    fallback() external payable {}
}
