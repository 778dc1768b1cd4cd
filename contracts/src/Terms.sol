// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Everything two traders agree on before a coin moves. The EIP-712 digest of this struct *is* the trade id, so
/// the chain, the contract and every figure are inside the id and nothing is stored but a status and a deadline.
struct Terms {
    /// Funds the escrow; gets the coins back on a refund.
    address seller;
    /// Pays the fiat; gets the coins on a release.
    address buyer;
    /// ERC-20 contract; zero for the chain's native coin.
    address token;
    /// Base units (wei for the native coin); 1 to 2^128 - 1.
    uint256 amount;
    /// May split the amount between seller and buyer while the trade is disputed; nothing else.
    address arbiter;
    /// Credited with the fee; zero is allowed only when `feeBps` is zero.
    address feeRecipient;
    /// Basis points of the buyer's share.
    uint16 feeBps;
    /// Unix seconds; funding must happen before it, `markPaid` at it at the latest.
    uint40 payBy;
    /// Seconds the seller has after `markPaid` before anyone may escalate.
    uint40 confirmWindow;
    /// Seconds the arbiter has to rule once the trade is disputed.
    uint40 arbitrationWindow;
    /// Buyer's share in basis points when the arbiter stays silent.
    uint16 fallbackBuyerBps;
    /// Salted hash of what happens off chain: currency, fiat amount, method, payee account, order id.
    bytes32 details;
    /// Makes the id unique.
    uint256 salt;
}

/// @notice `None` until funded; `Released`, `Refunded` and `Resolved` are final and are never left or reused.
enum Status {
    None,
    Funded,
    Paid,
    Disputed,
    Released,
    Refunded,
    Resolved
}

/// @notice How a trade came to `Resolved`.
enum Resolution {
    Settled,
    Ruled,
    Fallback
}
