// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "./IEscrow.sol";
import {Terms} from "./Terms.sol";

/// @title What can be escrowed at all
/// @dev Checked once, at funding. Later calls name the same terms, or else their digest is the id of no trade.
abstract contract Limits is IEscrow {
    uint16 public constant MAX_FEE_BPS = 100;
    uint40 public constant MAX_PAY_DELAY = 30 days;
    uint40 public constant MIN_CONFIRM_WINDOW = 1 minutes;
    uint40 public constant MAX_CONFIRM_WINDOW = 30 days;
    uint40 public constant MIN_ARBITRATION_WINDOW = 1 days;
    uint40 public constant MAX_ARBITRATION_WINDOW = 90 days;

    uint256 internal constant WHOLE = 10_000; // basis points

    /// The cap on the amount keeps `amount * basis points` far from an overflow, which would lock the coins for ever.
    function _checkTerms(Terms calldata terms) internal view {
        if (terms.amount == 0 || terms.amount > type(uint128).max) revert AmountOutOfRange();
        if (terms.seller == address(0)) revert ZeroSeller();
        if (terms.buyer == address(0)) revert ZeroBuyer();
        if (terms.buyer == terms.seller) revert SellerIsBuyer();
        if (terms.buyer == address(this)) revert EscrowIsBuyer();
        if (terms.arbiter == address(0)) revert ZeroArbiter();
        if (terms.arbiter == terms.seller || terms.arbiter == terms.buyer) revert ArbiterIsParty();
        if (terms.feeBps > MAX_FEE_BPS) revert FeeTooHigh();
        if (terms.feeBps != 0 && terms.feeRecipient == address(0)) revert ZeroFeeRecipient();
        if (terms.feeRecipient == address(this)) revert EscrowIsFeeRecipient();
        if (terms.payBy <= block.timestamp) revert PayByPassed();
        if (terms.payBy > block.timestamp + MAX_PAY_DELAY) revert PayByTooFar();
        if (terms.confirmWindow < MIN_CONFIRM_WINDOW || terms.confirmWindow > MAX_CONFIRM_WINDOW) {
            revert ConfirmWindowOutOfRange();
        }
        if (terms.arbitrationWindow < MIN_ARBITRATION_WINDOW || terms.arbitrationWindow > MAX_ARBITRATION_WINDOW) {
            revert ArbitrationWindowOutOfRange();
        }
        if (terms.fallbackBuyerBps > WHOLE) revert ShareTooHigh();
    }
}
