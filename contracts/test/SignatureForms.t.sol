// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {AnsweringWallet, DelegateKnowing1271, DelegateWithout1271, KeyWallet} from "./base/Wallets.sol";

/// @dev What counts as Sara's signature when Sara is a key, a contract, or a key that has lent its account to a contract.
contract SignatureFormsTest is EscrowTest {
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes4 internal constant MAGIC = 0x1626ba7e;

    function _refuse(Terms memory terms, bytes memory signature) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, terms.seller));
        escrow.releaseBySig(terms, NEVER, signature);
    }

    function _fundFrom(address seller) internal returns (Terms memory terms, bytes32 id) {
        terms = _ethTerms();
        terms.seller = seller;
        vm.deal(seller, COINS);
        id = _fund(terms);
    }

    // A key

    function test_theOtherHalfOfTheCurveIsRefused() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SARAS_KEY, _actionDigest(id, "release", NEVER));
        _refuse(terms, abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27)));
        escrow.releaseBySig(terms, NEVER, abi.encodePacked(r, s, v));
    }

    function test_aShortSignatureIsRefused() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SARAS_KEY, _actionDigest(id, "release", NEVER));
        _refuse(terms, abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255)));
    }

    function test_otherLengthsAndOtherParitiesAreRefused() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SARAS_KEY, _actionDigest(id, "release", NEVER));
        _refuse(terms, "");
        _refuse(terms, abi.encodePacked(r, s));
        _refuse(terms, abi.encodePacked(r, s, v, v));
        _refuse(terms, abi.encodePacked(r, s, v - 27));
        _refuse(terms, abi.encodePacked(r, s, uint8(29)));
        _refuse(terms, new bytes(65));
    }

    /// A signature that recovers to nobody must not pass for the zero address either: it cannot be a party to begin with.
    function test_theZeroAddressSignsNothing() public {
        Terms memory terms = _ethTerms();
        terms.seller = address(0);
        _refuse(terms, new bytes(65));
        _refuse(terms, abi.encodePacked(bytes32(uint256(1)), bytes32(uint256(1)), uint8(27)));
    }

    // A contract

    function test_aContractWalletSignsThroughErc1271() public {
        (Terms memory terms, bytes32 id) = _fundFrom(address(new KeyWallet(sara)));
        escrow.releaseBySig(terms, NEVER, _signAction(SARAS_KEY, id, "release"));
        _assertTrade(id, Status.Released, 0);
    }

    function test_aContractWalletRefusesThroughErc1271() public {
        (Terms memory terms, bytes32 id) = _fundFrom(address(new KeyWallet(sara)));
        _refuse(terms, _signAction(MALLORYS_KEY, id, "release"));
        _refuse(terms, "");
    }

    /// Code that is no delegation rules the account alone: the plain key behind such an address, if anyone had it, is void.
    function test_anAccountWithOtherCodeCannotSignWithAKey() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        vm.etch(sara, address(new DelegateWithout1271()).code);
        _refuse(terms, signature);
    }

    function test_aContractsJunkIsNoSignature() public {
        AnsweringWallet wallet = new AnsweringWallet();
        (Terms memory terms,) = _fundFrom(address(wallet));
        wallet.answerWith(abi.encode(MAGIC), true);
        _refuse(terms, "");
        wallet.answerWith("", false);
        _refuse(terms, "");
        wallet.answerWith(abi.encodePacked(MAGIC), false);
        _refuse(terms, "");
        wallet.answerWith(abi.encode(uint256(1)), false);
        _refuse(terms, "");
        wallet.answerWith(abi.encode(uint256(uint32(MAGIC))), false);
        _refuse(terms, "");
        wallet.answerWith(new bytes(100_000), false);
        _refuse(terms, "");
    }

    function test_aContractMayChangeItsMind() public {
        AnsweringWallet wallet = new AnsweringWallet();
        (Terms memory terms, bytes32 id) = _fundFrom(address(wallet));
        wallet.answerWith(abi.encode(bytes4(0xffffffff)), false);
        _refuse(terms, "");
        wallet.answerWith(abi.encode(MAGIC), false);
        escrow.releaseBySig(terms, NEVER, "");
        _assertTrade(id, Status.Released, 0);
    }

    // A key that has lent its account to a contract (EIP-7702)

    function _delegate(address account, address to) internal {
        vm.setEvmVersion("prague");
        vm.etch(account, abi.encodePacked(hex"ef0100", to));
    }

    function test_aDelegatedKeyStillSignsWhenItsCodeKnowsNoErc1271() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        _delegate(sara, address(new DelegateWithout1271()));
        escrow.releaseBySig(terms, NEVER, _signAction(SARAS_KEY, id, "release"));
        _assertTrade(id, Status.Released, 0);
    }

    /// As long as a delegation and yet none: code that is not marked as one answers for itself.
    function test_codeOfTheLengthOfADelegationIsNotOne() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        vm.etch(sara, hex"0000000000000000000000000000000000000000000000");
        _refuse(terms, _signAction(SARAS_KEY, id, "release"));
    }

    function test_aDelegatedKeyStillSignsWhenItsCodeSaysNo() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        _delegate(sara, address(new DelegateKnowing1271(bytes32(0))));
        escrow.releaseBySig(terms, NEVER, _signAction(SARAS_KEY, id, "release"));
        _assertTrade(id, Status.Released, 0);
    }

    function test_aDelegatedAccountAlsoSignsThroughItsCode() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        _delegate(sara, address(new DelegateKnowing1271(_actionDigest(id, "release", NEVER))));
        escrow.releaseBySig(terms, NEVER, "a passkey");
        _assertTrade(id, Status.Released, 0);
    }

    function test_aDelegatedAccountIsNobodyElses() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        bytes memory signature = _signAction(MALLORYS_KEY, id, "release");
        _delegate(sara, address(new DelegateWithout1271()));
        _refuse(terms, signature);
        _delegate(sara, address(new DelegateKnowing1271(bytes32(0))));
        _refuse(terms, signature);
    }

    function test_delegatingAfterSigningChangesNothing() public {
        (Terms memory terms, bytes32 id) = _fundFrom(sara);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        _delegate(sara, address(new DelegateWithout1271()));
        escrow.releaseBySig(terms, NEVER, signature);
        _assertTrade(id, Status.Released, 0);
    }
}
