// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Deposits} from "./Deposits.sol";
import {IEscrow} from "./IEscrow.sol";
import {Resolution, Status, Terms} from "./Terms.sol";

/// @title Parley's escrow
/// @dev What every call does, and for whom, is written in `IEscrow`. Here is only who is acting: by caller (`release`), by
/// signature (`releaseBySig`) or by the clock (`refundExpired`). What then happens to the trade is in `Trades`, who signed
/// in `Signatures`, how tokens come in `Deposits`, how coins leave in `Payouts`, what can be escrowed at all in `Limits`.
contract Escrow is Deposits, ReentrancyGuardTransient {
    // Funding

    /// @inheritdoc IEscrow
    function fundEth(Terms calldata terms) external payable nonReentrant returns (bytes32 tradeId) {
        if (msg.sender != terms.seller) revert NotSeller();
        if (terms.token != ETH) revert WrongAsset();
        if (msg.value != terms.amount) revert WrongValue();
        tradeId = _open(terms);
    }

    /// @inheritdoc IEscrow
    function fund(Terms calldata terms) external nonReentrant returns (bytes32 tradeId) {
        if (msg.sender != terms.seller) revert NotSeller();
        uint256 before;
        (tradeId, before) = _openInTokens(terms);
        _pull(terms);
        _checkArrived(terms, before);
    }

    /// @inheritdoc IEscrow
    function fundWithPermit(Terms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        returns (bytes32 tradeId)
    {
        if (msg.sender != terms.seller) revert NotSeller();
        uint256 before;
        (tradeId, before) = _openInTokens(terms);
        _permit(terms, deadline, v, r, s);
        _pull(terms);
        _checkArrived(terms, before);
    }

    /// @inheritdoc IEscrow
    function fundWithAuthorization(Terms calldata terms, uint256 validBefore, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        returns (bytes32 tradeId)
    {
        uint256 before;
        (tradeId, before) = _openInTokens(terms);
        _receive(terms, tradeId, validBefore, v, r, s);
        _checkArrived(terms, before);
    }

    /// @inheritdoc IEscrow
    function fundWithPermit2(Terms calldata terms, uint256 nonce, uint256 deadline, bytes calldata signature)
        external
        nonReentrant
        returns (bytes32 tradeId)
    {
        uint256 before;
        (tradeId, before) = _openInTokens(terms);
        _transfer(terms, tradeId, nonce, deadline, signature);
        _checkArrived(terms, before);
    }

    // Acts of one party, by its own transaction

    /// @inheritdoc IEscrow
    function markPaid(Terms calldata terms) external nonReentrant {
        if (msg.sender != terms.buyer) revert NotBuyer();
        _markPaid(terms, _idOf(terms));
    }

    /// @inheritdoc IEscrow
    function release(Terms calldata terms) external nonReentrant {
        if (msg.sender != terms.seller) revert NotSeller();
        _release(terms, _idOf(terms));
    }

    /// @inheritdoc IEscrow
    function cancel(Terms calldata terms) external nonReentrant {
        if (msg.sender != terms.buyer) revert NotBuyer();
        _cancel(terms, _idOf(terms));
    }

    /// @inheritdoc IEscrow
    function dispute(Terms calldata terms) external nonReentrant {
        if (msg.sender != terms.buyer && msg.sender != terms.seller) revert NotParty();
        _dispute(terms, _idOf(terms), msg.sender);
    }

    /// @inheritdoc IEscrow
    function resolve(Terms calldata terms, uint16 buyerBps, uint16 reasonCode) external nonReentrant {
        if (msg.sender != terms.arbiter) revert NotArbiter();
        _rule(terms, _idOf(terms), buyerBps, reasonCode);
    }

    // The same acts, by signature

    /// @inheritdoc IEscrow
    function markPaidBySig(Terms calldata terms, uint40 validUntil, bytes calldata signature) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkAction(terms.buyer, tradeId, MARK_PAID, validUntil, signature);
        _markPaid(terms, tradeId);
    }

    /// @inheritdoc IEscrow
    function releaseBySig(Terms calldata terms, uint40 validUntil, bytes calldata signature) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkAction(terms.seller, tradeId, RELEASE, validUntil, signature);
        _release(terms, tradeId);
    }

    /// @inheritdoc IEscrow
    function cancelBySig(Terms calldata terms, uint40 validUntil, bytes calldata signature) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkAction(terms.buyer, tradeId, CANCEL, validUntil, signature);
        _cancel(terms, tradeId);
    }

    /// @inheritdoc IEscrow
    function disputeBySig(Terms calldata terms, address by, uint40 validUntil, bytes calldata signature)
        external
        nonReentrant
    {
        if (by != terms.buyer && by != terms.seller) revert NotParty();
        bytes32 tradeId = _idOf(terms);
        _checkAction(by, tradeId, DISPUTE, validUntil, signature);
        _dispute(terms, tradeId, by);
    }

    /// @inheritdoc IEscrow
    function resolveBySig(
        Terms calldata terms,
        uint16 buyerBps,
        uint16 reasonCode,
        uint40 validUntil,
        bytes calldata signature
    ) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkRuling(terms.arbiter, tradeId, buyerBps, reasonCode, validUntil, signature);
        _rule(terms, tradeId, buyerBps, reasonCode);
    }

    // Both parties together

    /// @inheritdoc IEscrow
    function settle(
        Terms calldata terms,
        uint16 buyerBps,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkSplit(terms.seller, tradeId, buyerBps, sellerSignature);
        _checkSplit(terms.buyer, tradeId, buyerBps, buyerSignature);
        _checkOpen(tradeId);
        _resolve(terms, tradeId, Resolution.Settled, buyerBps, 0);
    }

    // Doors that anyone may open when a deadline has passed

    /// @inheritdoc IEscrow
    function refundExpired(Terms calldata terms) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkAfterDeadline(tradeId, Status.Funded);
        _refund(terms, tradeId, true);
    }

    /// @inheritdoc IEscrow
    function escalate(Terms calldata terms) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkAfterDeadline(tradeId, Status.Paid);
        _dispute(terms, tradeId, address(0));
    }

    /// @inheritdoc IEscrow
    function resolveExpired(Terms calldata terms) external nonReentrant {
        bytes32 tradeId = _idOf(terms);
        _checkAfterDeadline(tradeId, Status.Disputed);
        _resolve(terms, tradeId, Resolution.Fallback, terms.fallbackBuyerBps, 0);
    }

    // Money that could not be pushed, and fees

    /// @inheritdoc IEscrow
    function withdraw(address token, address to) external nonReentrant returns (uint256 amount) {
        amount = _withdraw(msg.sender, token, to);
    }

    /// @inheritdoc IEscrow
    function withdrawFor(address account, address token) external nonReentrant returns (uint256 amount) {
        amount = _withdraw(account, token, account);
    }

    /// @inheritdoc IEscrow
    function submitEvidence(Terms calldata terms, bytes32 contentHash, string calldata uri) external nonReentrant {
        if (msg.sender != terms.buyer && msg.sender != terms.seller && msg.sender != terms.arbiter) revert NotParty();
        bytes32 tradeId = _idOf(terms);
        (Status status,) = _read(tradeId);
        if (status == Status.None) revert WrongStatus(status);
        emit Evidence(terms.arbiter, tradeId, msg.sender, contentHash, uri);
    }

    // Reading

    /// @inheritdoc IEscrow
    function tradeIdOf(Terms calldata terms) external view returns (bytes32) {
        return _idOf(terms);
    }

    /// @inheritdoc IEscrow
    function tradeOf(bytes32 tradeId) external view returns (Status status, uint40 deadline) {
        return _read(tradeId);
    }

    /// @inheritdoc IEscrow
    function creditOf(address account, address token) external view returns (uint256) {
        return _credits[account][token];
    }

    /// @inheritdoc IEscrow
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
