// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP7702Utils} from "@openzeppelin/contracts/account/utils/EIP7702Utils.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IEscrow} from "./IEscrow.sol";
import {Terms} from "./Terms.sol";

/// @title What can be signed, and by whom it was
/// @dev Every digest holds the trade id, and the trade id is the digest of the terms: a signature is good for one trade on
/// one chain in one escrow and nowhere else. `test/vectors` holds digests made by another implementation.
abstract contract Signatures is EIP712("Parley Escrow", "1") {
    bytes32 private constant TERMS_TYPEHASH = keccak256(
        "Terms(address seller,address buyer,address token,uint256 amount,address arbiter,address feeRecipient,uint16 feeBps,uint40 payBy,uint40 confirmWindow,uint40 arbitrationWindow,uint16 fallbackBuyerBps,bytes32 details,uint256 salt)"
    );
    bytes32 private constant ACTION_TYPEHASH = keccak256("Action(bytes32 tradeId,string action,uint40 validUntil)");
    bytes32 private constant SPLIT_TYPEHASH = keccak256("Split(bytes32 tradeId,uint16 buyerBps)");
    bytes32 private constant RULING_TYPEHASH =
        keccak256("Ruling(bytes32 tradeId,uint16 buyerBps,uint16 reasonCode,uint40 validUntil)");

    /// The word a wallet shows, hashed as EIP-712 hashes a string.
    bytes32 internal constant MARK_PAID = keccak256("mark_paid");
    bytes32 internal constant RELEASE = keccak256("release");
    bytes32 internal constant CANCEL = keccak256("cancel");
    bytes32 internal constant DISPUTE = keccak256("dispute");

    /// Hashes the thirteen words as they came, which saves 1,000 gas a call over encoding them anew. Words with stray bits
    /// above a narrow field give the id of no trade: funding reads every field, and reading refuses stray bits.
    function _idOf(Terms calldata terms) internal view returns (bytes32 tradeId) {
        bytes32 typeHash = TERMS_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, typeHash)
            calldatacopy(add(encoded, 0x20), terms, 0x1a0)
            structHash := keccak256(encoded, 0x1c0)
        }
        return _hashTypedDataV4(structHash);
    }

    function _checkAction(address signer, bytes32 tradeId, bytes32 action, uint40 validUntil, bytes calldata signature)
        internal
        view
    {
        _checkValid(validUntil);
        bytes32 typeHash = ACTION_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, typeHash)
            mstore(add(encoded, 0x20), tradeId)
            mstore(add(encoded, 0x40), action)
            mstore(add(encoded, 0x60), and(validUntil, 0xffffffffff))
            structHash := keccak256(encoded, 0x80)
        }
        _checkSignature(signer, structHash, signature);
    }

    function _checkSplit(address signer, bytes32 tradeId, uint16 buyerBps, bytes calldata signature) internal view {
        _checkSignature(signer, keccak256(abi.encode(SPLIT_TYPEHASH, tradeId, buyerBps)), signature);
    }

    function _checkRuling(
        address signer,
        bytes32 tradeId,
        uint16 buyerBps,
        uint16 reasonCode,
        uint40 validUntil,
        bytes calldata signature
    ) internal view {
        _checkValid(validUntil);
        bytes32 structHash = keccak256(abi.encode(RULING_TYPEHASH, tradeId, buyerBps, reasonCode, validUntil));
        _checkSignature(signer, structHash, signature);
    }

    function _checkValid(uint40 validUntil) private view {
        if (block.timestamp > validUntil) revert IEscrow.SignatureExpired(validUntil);
    }

    /// A contract answers for itself (ERC-1271). An account with an EIP-7702 delegation, whose code is a marker of 23 bytes,
    /// still belongs to its key: the key's plain signature counts even if the wallet code it points to knows no ERC-1271.
    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        bytes32 digest = _hashTypedDataV4(structHash);
        uint256 codeSize = signer.code.length;
        if (codeSize == 0 || (codeSize == 23 && EIP7702Utils.fetchDelegate(signer) != address(0))) {
            (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
            if (problem == ECDSA.RecoverError.NoError && recovered == signer) return;
            if (codeSize == 0) revert IEscrow.BadSignature(signer);
        }
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
            revert IEscrow.BadSignature(signer);
        }
    }
}
