// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {IPermit2Reader, TokenFunding} from "./base/TokenFunding.sol";
import {TaxingToken} from "./base/Tokens.sol";
import {KeyWallet} from "./base/Wallets.sol";

/// @dev Funding through the real Permit2, byte for byte, by the seller's signature, which Mallory relays.
contract FundingByPermit2Test is TokenFunding {
    bytes4 internal constant INVALID_SIGNER = bytes4(keccak256("InvalidSigner()"));
    bytes4 internal constant INVALID_NONCE = bytes4(keccak256("InvalidNonce()"));
    bytes4 internal constant SIGNATURE_EXPIRED = bytes4(keccak256("SignatureExpired(uint256)"));

    Terms internal terms;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        _deployPermit2();
        terms = _dollarTerms();
        id = escrow.tradeIdOf(terms);
    }

    function _sign(bytes32 witness) internal view returns (bytes memory) {
        return _signPermit2(SARAS_KEY, terms, witness, 7, LATER);
    }

    function _refuse(Terms memory asked, bytes memory signature, bytes4 because) internal {
        vm.prank(mallory);
        vm.expectPartialRevert(because);
        escrow.fundWithPermit2(asked, 7, LATER, signature);
    }

    function _relay(bytes memory signature) internal {
        vm.prank(mallory);
        escrow.fundWithPermit2(terms, 7, LATER, signature);
    }

    function test_aStrangerBringsSarasPermit2Signature() public {
        bytes memory signature = _sign(id);
        _expectEvent();
        emit IEscrow.Funded(id, sara, ben, terms);
        _relay(signature);
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(dollars.balanceOf(address(escrow)), COINS);
        vm.assertEq(dollars.balanceOf(sara), 100 ether - COINS);
    }

    function test_aPermit2SignatureFundsThatOneTradeOnly() public {
        bytes memory signature = _sign(id);
        for (uint256 field = 0; field < 6; ++field) {
            Terms memory bent = terms;
            if (field == 0) bent.buyer = mallory;
            if (field == 1) bent.arbiter = mallory;
            if (field == 2) bent.feeRecipient = mallory;
            if (field == 3) bent.fallbackBuyerBps = 10_000;
            if (field == 4) bent.salt = 2;
            if (field == 5) bent.amount -= 1;
            _refuse(bent, signature, INVALID_SIGNER);
        }
        vm.assertEq(dollars.balanceOf(sara), 100 ether);
    }

    function test_onlySarasKeySigns() public {
        _refuse(terms, _signPermit2(MALLORYS_KEY, terms, id, 7, LATER), INVALID_SIGNER);
        _refuse(terms, _sign(keccak256("another trade")), INVALID_SIGNER);
        _refuse(terms, _signPermit2(SARAS_KEY, terms, id, 8, LATER), INVALID_SIGNER);
        _refuse(terms, _signPermit2(SARAS_KEY, terms, id, 7, LATER + 1), INVALID_SIGNER);
    }

    function test_aSpentNonceFundsNothing() public {
        bytes memory signature = _sign(id);
        vm.prank(sara);
        IPermit2Reader(PERMIT2).invalidateUnorderedNonces(0, 1 << 7);
        _refuse(terms, signature, INVALID_NONCE);
    }

    /// Only its owner spends a nonce: Mallory burns her own.
    function test_aStrangerCannotBurnSarasNonce() public {
        bytes memory signature = _sign(id);
        vm.prank(mallory);
        IPermit2Reader(PERMIT2).invalidateUnorderedNonces(0, type(uint256).max);
        _relay(signature);
        _assertTrade(id, Status.Funded, terms.payBy);
    }

    function test_anExpiredSignatureFundsNothing() public {
        terms.payBy = START + 2 hours;
        bytes memory signature = _sign(escrow.tradeIdOf(terms));
        vm.warp(LATER + 1);
        _refuse(terms, signature, SIGNATURE_EXPIRED);
        vm.warp(LATER);
        _relay(signature);
    }

    function test_aSignatureWorksOnceWhateverBecameOfTheTrade() public {
        bytes memory signature = _sign(id);
        _relay(signature);
        _refuse(terms, signature, IEscrow.WrongStatus.selector);
        vm.prank(ben);
        escrow.cancel(terms);
        _refuse(terms, signature, IEscrow.WrongStatus.selector);
    }

    function test_aContractWalletFundsThroughErc1271() public {
        KeyWallet wallet = new KeyWallet(sara);
        dollars.mint(address(wallet), COINS);
        wallet.run(address(dollars), 0, abi.encodeCall(dollars.approve, (PERMIT2, COINS)));
        terms.seller = address(wallet);
        id = escrow.tradeIdOf(terms);
        _relay(_sign(id));
        _assertTrade(id, Status.Funded, terms.payBy);
        vm.assertEq(dollars.balanceOf(address(wallet)), 0);
    }

    function test_aTokenThatTakesAFeeIsRefused() public {
        TaxingToken taxing = new TaxingToken();
        taxing.mint(sara, COINS);
        taxing.setTax(1);
        vm.prank(sara);
        taxing.approve(PERMIT2, COINS);
        terms.token = address(taxing);
        _refuse(terms, _sign(escrow.tradeIdOf(terms)), IEscrow.WrongAmountReceived.selector);
    }

    /// Permit2 itself does not mind a token without code: the escrow does.
    function test_permit2IsNoWayIntoEthOrIntoNothing() public {
        terms.token = ETH;
        _refuse(terms, _sign(escrow.tradeIdOf(terms)), IEscrow.WrongAsset.selector);
        terms.token = mallory;
        _refuse(terms, _sign(escrow.tradeIdOf(terms)), IEscrow.TokenHasNoCode.selector);
    }

    function test_withoutPermit2OnTheChainNothingIsFunded() public {
        bytes memory signature = _sign(id);
        vm.etch(PERMIT2, "");
        vm.prank(mallory);
        vm.expectRevert();
        escrow.fundWithPermit2(terms, 7, LATER, signature);
        _assertTrade(id, Status.None, 0);
    }
}
