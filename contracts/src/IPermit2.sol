// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The one function of Permit2 that the escrow calls
/// @dev Permit2 is a contract without an owner at 0x000000000022D473030F116dDEE9F6B43aC78BA3 on nearly every chain. It moves
/// an owner's coins to whoever calls it, once, for a signature that names the caller, the amount and a *witness*.
interface IPermit2 {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}
