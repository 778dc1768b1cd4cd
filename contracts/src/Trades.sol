// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "./Limits.sol";
import {Payouts} from "./Payouts.sol";
import {Signatures} from "./Signatures.sol";
import {Resolution, Status, Terms} from "./Terms.sol";

/// @title The life of a trade
/// @dev One function per act, and the same order in each: check the status, write the new one, tell it in an event, and
/// only then let coins move. Who may act has been found out before. `_refund` and `_resolve` end several acts and leave the
/// check to them.
abstract contract Trades is Limits, Signatures, Payouts {
    /// The whole state of a trade in one word, the deadline above the eight bits of the status: packed here and not by a
    /// struct, since a struct would be read again before each write to keep the bits that nothing uses.
    mapping(bytes32 tradeId => uint256) private _trades;

    function _open(Terms calldata terms) internal returns (bytes32 tradeId) {
        _checkTerms(terms);
        tradeId = _idOf(terms);
        _checkStatus(tradeId, Status.None);
        _write(tradeId, Status.Funded, terms.payBy);
        emit Funded(tradeId, terms.seller, terms.buyer, terms);
    }

    function _markPaid(Terms calldata terms, bytes32 tradeId) internal {
        _checkUntilDeadline(tradeId, Status.Funded);
        uint40 confirmBy = uint40(block.timestamp) + terms.confirmWindow;
        _write(tradeId, Status.Paid, confirmBy);
        emit Paid(tradeId, confirmBy);
    }

    function _release(Terms calldata terms, bytes32 tradeId) internal {
        _checkOpen(tradeId);
        _write(tradeId, Status.Released, 0);
        (uint256 toBuyer,, uint256 fee) = _split(terms, WHOLE);
        emit Released(tradeId, toBuyer, fee);
        _credit(terms.feeRecipient, terms.token, fee);
        _pay(tradeId, terms.buyer, terms.token, toBuyer);
    }

    function _cancel(Terms calldata terms, bytes32 tradeId) internal {
        _checkOpen(tradeId);
        _refund(terms, tradeId, false);
    }

    function _refund(Terms calldata terms, bytes32 tradeId, bool expired) internal {
        _write(tradeId, Status.Refunded, 0);
        emit Refunded(tradeId, terms.amount, expired);
        _pay(tradeId, terms.seller, terms.token, terms.amount);
    }

    function _dispute(Terms calldata terms, bytes32 tradeId, address by) internal {
        _checkStatus(tradeId, Status.Paid);
        uint40 ruleBy = uint40(block.timestamp) + terms.arbitrationWindow;
        _write(tradeId, Status.Disputed, ruleBy);
        emit Disputed(tradeId, by, ruleBy);
    }

    function _rule(Terms calldata terms, bytes32 tradeId, uint16 buyerBps, uint16 reasonCode) internal {
        _checkUntilDeadline(tradeId, Status.Disputed);
        _resolve(terms, tradeId, Resolution.Ruled, buyerBps, reasonCode);
    }

    function _resolve(Terms calldata terms, bytes32 tradeId, Resolution how, uint16 buyerBps, uint16 reasonCode)
        internal
    {
        if (buyerBps > WHOLE) revert ShareTooHigh();
        _write(tradeId, Status.Resolved, 0);
        (uint256 toBuyer, uint256 toSeller, uint256 fee) = _split(terms, buyerBps);
        emit Resolved(tradeId, how, buyerBps, reasonCode, toBuyer, toSeller, fee);
        _credit(terms.feeRecipient, terms.token, fee);
        _pay(tradeId, terms.buyer, terms.token, toBuyer);
        _pay(tradeId, terms.seller, terms.token, toSeller);
    }

    // Checks

    function _checkOpen(bytes32 tradeId) internal view {
        (Status status,) = _read(tradeId);
        if (status < Status.Funded || status > Status.Disputed) revert WrongStatus(status);
    }

    function _checkUntilDeadline(bytes32 tradeId, Status expected) internal view {
        uint40 deadline = _checkStatus(tradeId, expected);
        if (block.timestamp > deadline) revert DeadlinePassed(deadline);
    }

    function _checkAfterDeadline(bytes32 tradeId, Status expected) internal view {
        uint40 deadline = _checkStatus(tradeId, expected);
        if (block.timestamp <= deadline) revert DeadlineNotPassed(deadline);
    }

    function _checkStatus(bytes32 tradeId, Status expected) internal view returns (uint40 deadline) {
        Status status;
        (status, deadline) = _read(tradeId);
        if (status != expected) revert WrongStatus(status);
    }

    // The slot

    function _read(bytes32 tradeId) internal view returns (Status status, uint40 deadline) {
        uint256 trade = _trades[tradeId];
        // Cutting the word into its two parts is the point of these casts.
        // forge-lint: disable-next-line(unsafe-typecast)
        return (Status(uint8(trade)), uint40(trade >> 8));
    }

    function _write(bytes32 tradeId, Status status, uint40 deadline) private {
        _trades[tradeId] = uint256(deadline) << 8 | uint8(status);
    }

    // Money

    /// The seller's part and the buyer's net part are what is left after a subtraction: nothing is lost or made by rounding.
    function _split(Terms calldata terms, uint256 buyerBps)
        internal
        pure
        returns (uint256 toBuyer, uint256 toSeller, uint256 fee)
    {
        uint256 share = terms.amount * buyerBps / WHOLE;
        toSeller = terms.amount - share;
        fee = share * terms.feeBps / WHOLE;
        toBuyer = share - fee;
    }
}
