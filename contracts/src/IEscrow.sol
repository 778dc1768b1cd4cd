// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Resolution, Status, Terms} from "./Terms.sol";

/// @title Parley's escrow
/// @notice Holds a seller's coins while the buyer pays fiat. Nobody has power over them beyond the terms: there is no
/// owner, no pause, no upgrade, no sweep, and the arbiter can only split one disputed trade between its two parties.
///
/// The life of a trade (`now` is the block's time, deadlines are complements: no second allows both sides or neither):
///
///     from                    call                      who                     when                      to
///     None                    fundEth, fund and others  seller                  now < payBy               Funded
///     Funded                  markPaid                  buyer                   now <= payBy              Paid
///     Funded                  refundExpired             anyone                  now > payBy               Refunded
///     Funded, Paid, Disputed  release                   seller                  any time                  Released
///     Funded, Paid, Disputed  cancel                    buyer                   any time                  Refunded
///     Funded, Paid, Disputed  settle                    both signatures         any time                  Resolved
///     Paid                    dispute                   buyer or seller         any time                  Disputed
///     Paid                    escalate                  anyone                  now > confirm deadline    Disputed
///     Disputed                resolve                   arbiter                 now <= ruling deadline    Resolved
///     Disputed                resolveExpired            anyone                  now > ruling deadline     Resolved
///
/// Assumptions and limits:
/// - Time is `block.timestamp`. A sequencer outage can eat into a window, so offers must not agree windows close to the
///   minimum where that matters, and buyers must be shown a fiat deadline well before `payBy`.
/// - Tokens that take a fee on transfer are refused at funding. Tokens that rebase down, start to take a fee later, or are
///   hostile can hurt the trades in that same token and no others. Tokens with transfer hooks, and pausable tokens, work
///   but should not be offered.
/// - On a chain whose native coin also has an ERC-20 face the two are separate books here over one balance, and solvency
///   holds over their sum.
/// - ERC-20 sent here directly belongs to no trade and is lost; native coin sent directly is refused.
interface IEscrow {
    // Errors: who may act

    /// @notice Thrown when the caller is not `terms.seller`.
    error NotSeller();
    /// @notice Thrown when the caller is not `terms.buyer`.
    error NotBuyer();
    /// @notice Thrown when the caller is not `terms.arbiter`.
    error NotArbiter();
    /// @notice Thrown when the acting account is neither buyer nor seller (for evidence: nor arbiter).
    error NotParty();
    /// @notice Thrown when a signature does not come from `signer`, or signs something else.
    error BadSignature(address signer);
    /// @notice Thrown when a signature is used after the time it gave itself.
    error SignatureExpired(uint40 validUntil);

    // Errors: when

    /// @notice Thrown when the trade is in a status that does not allow the call.
    error WrongStatus(Status status);
    /// @notice Thrown when the deadline of the trade's present status has passed.
    error DeadlinePassed(uint40 deadline);
    /// @notice Thrown when the deadline of the trade's present status has not passed yet.
    error DeadlineNotPassed(uint40 deadline);

    // Errors: terms

    /// @notice Thrown when `amount` is zero or above 2^128 - 1.
    error AmountOutOfRange();
    /// @notice Thrown when `fundEth` is called for a token, or another way of funding for the native coin.
    error WrongAsset();
    /// @notice Thrown when `fundEth` is not called with exactly `amount` wei.
    error WrongValue();
    /// @notice Thrown when `token` is an address without code.
    error TokenHasNoCode();
    /// @notice Thrown when a token delivered another amount than the one it was asked for.
    error WrongAmountReceived();
    /// @notice Thrown when the seller is also the buyer.
    error SellerIsBuyer();
    /// @notice Thrown when the seller is the zero address, whose "signature" a careless token could find.
    error ZeroSeller();
    /// @notice Thrown when the buyer is the zero address.
    error ZeroBuyer();
    /// @notice Thrown when the arbiter is the zero address.
    error ZeroArbiter();
    /// @notice Thrown when there is a fee and its recipient is the zero address.
    error ZeroFeeRecipient();
    /// @notice Thrown when the buyer is this contract, out of which nobody could ever take the coins.
    error EscrowIsBuyer();
    /// @notice Thrown when the fee recipient is this contract, out of which nobody could ever take the fee.
    error EscrowIsFeeRecipient();
    /// @notice Thrown when the arbiter is the seller or the buyer.
    error ArbiterIsParty();
    /// @notice Thrown when `feeBps` is above `MAX_FEE_BPS`.
    error FeeTooHigh();
    /// @notice Thrown when a buyer's share is above 10,000 basis points.
    error ShareTooHigh();
    /// @notice Thrown when `payBy` is not in the future.
    error PayByPassed();
    /// @notice Thrown when `payBy` is further away than `MAX_PAY_DELAY`.
    error PayByTooFar();
    /// @notice Thrown when `confirmWindow` is outside `MIN_CONFIRM_WINDOW` to `MAX_CONFIRM_WINDOW`.
    error ConfirmWindowOutOfRange();
    /// @notice Thrown when `arbitrationWindow` is outside `MIN_ARBITRATION_WINDOW` to `MAX_ARBITRATION_WINDOW`.
    error ArbitrationWindowOutOfRange();

    // Errors: money out

    /// @notice Thrown when there is too little gas left to give a receiver its full allowance of gas: a caller must not be
    /// able to starve a transfer and so force the receiver to withdraw. Send the same call with a higher gas limit.
    error TooLittleGas();
    /// @notice Thrown when the account has no credit in that token.
    error NothingToWithdraw();
    /// @notice Thrown when a withdrawal names zero or this contract as its receiver.
    error BadReceiver();
    /// @notice Thrown when a withdrawal could not be delivered; the credit stays.
    error TransferFailed();

    // Events

    /// @notice The seller's coins are in. The only place where the terms are published in full: every later call can be
    /// rebuilt from this event.
    event Funded(bytes32 indexed tradeId, address indexed seller, address indexed buyer, Terms terms);
    /// @notice The buyer says the fiat is on its way; after `confirmBy` anyone may escalate.
    event Paid(bytes32 indexed tradeId, uint40 confirmBy);
    /// @notice The arbiter may rule until `ruleBy`.
    /// @param by The party that disputed, or zero when the trade was escalated after the confirm window.
    event Disputed(bytes32 indexed tradeId, address indexed by, uint40 ruleBy);
    /// @notice The seller let the coins go. `toBuyer + fee` is the whole amount.
    event Released(bytes32 indexed tradeId, uint256 toBuyer, uint256 fee);
    /// @notice The whole amount went back to the seller.
    /// @param expired Tells a refund after `payBy` from the buyer's own cancel.
    event Refunded(bytes32 indexed tradeId, uint256 toSeller, bool expired);
    /// @notice The amount was split. `toBuyer + toSeller + fee` is the whole amount.
    /// @param reasonCode The arbiter's word on whose fault it was; zero when nobody ruled.
    event Resolved(
        bytes32 indexed tradeId,
        Resolution indexed how,
        uint16 buyerBps,
        uint16 reasonCode,
        uint256 toBuyer,
        uint256 toSeller,
        uint256 fee
    );
    /// @notice A payout could not be pushed and waits for `withdraw`. Fees are credited without this event: the event that
    /// ended the trade names them.
    event Credited(bytes32 indexed tradeId, address indexed account, address indexed token, uint256 amount);
    /// @notice `account`'s whole credit in `token` was sent to `to`.
    event Withdrawn(address indexed account, address indexed token, address to, uint256 amount);
    /// @notice Shaped after ERC-1497: the trade id is the evidence group.
    /// @param contentHash Hash of the document behind `uri`, so that it cannot be swapped afterwards.
    event Evidence(
        address indexed arbiter, bytes32 indexed tradeId, address indexed party, bytes32 contentHash, string uri
    );

    // Funding

    /// @notice The seller escrows native coin: call with exactly `terms.amount` wei.
    /// @dev Consent is the seller's own call, so nobody can open a trade with someone else's coins.
    function fundEth(Terms calldata terms) external payable returns (bytes32 tradeId);

    /// @notice The seller escrows ERC-20 and must have allowed this contract to take `terms.amount` before.
    /// @dev Exactly `terms.amount` must arrive. Tokens that return nothing are accepted, tokens that return false are not.
    function fund(Terms calldata terms) external returns (bytes32 tradeId);

    /// @notice `fund` in one transaction with the allowance, by the seller's EIP-2612 permit for exactly `terms.amount`.
    /// @dev A permit names no trade, so only the seller may bring it. One that fails is ignored, for somebody may have
    /// used it first: then the allowance is there, and if it is not, the token refuses the transfer.
    function fundWithPermit(Terms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (bytes32 tradeId);

    /// @notice Anyone brings the seller's ERC-3009 `ReceiveWithAuthorization` of exactly `terms.amount` to this contract,
    /// valid after 0, with the trade id as its nonce: the seller needs no gas and no allowance.
    /// @dev Assumes that the token checks the signature: one that does not lets anyone fund with its holders' coins, in the
    /// trades of that token alone. Tokens whose nonces are in sequence cannot be used in this way.
    function fundWithAuthorization(Terms calldata terms, uint256 validBefore, uint8 v, bytes32 r, bytes32 s)
        external
        returns (bytes32 tradeId);

    /// @notice Anyone brings the seller's Permit2 `PermitWitnessTransferFrom` of exactly `terms.amount`, with this contract
    /// as the spender and one more member at its end, `bytes32 tradeId`. The seller has allowed Permit2 the token before.
    /// @dev Assumes that Permit2, at its canonical address, is what it is known to be; without it, funding in this way fails.
    function fundWithPermit2(Terms calldata terms, uint256 nonce, uint256 deadline, bytes calldata signature)
        external
        returns (bytes32 tradeId);

    // Acts of one party, by its own transaction

    /// @notice The buyer says it has sent the fiat. From here on silence never refunds the seller: it becomes a dispute.
    function markPaid(Terms calldata terms) external;

    /// @notice The seller gives the coins to the buyer, less the fee. Possible in a dispute too: a party can always concede.
    function release(Terms calldata terms) external;

    /// @notice The buyer gives up the trade and the seller gets everything back, with no fee.
    function cancel(Terms calldata terms) external;

    /// @notice Buyer or seller calls the arbiter.
    function dispute(Terms calldata terms) external;

    /// @notice The arbiter splits a disputed trade. The fee is taken from the buyer's share only.
    /// @param buyerBps Buyer's share in basis points, rounded down; the seller gets the rest.
    /// @param reasonCode Goes into the event and nowhere else.
    function resolve(Terms calldata terms, uint16 buyerBps, uint16 reasonCode) external;

    // The same acts, by an EIP-712 signature that anyone may relay. The relayer has no say: everything that moves money is
    // inside the signed digest. There is no nonce, since a status only moves forward and is never left twice.
    //
    //     Action(bytes32 tradeId,string action,uint40 validUntil)     "mark_paid", "release", "cancel" or "dispute"
    //     Split(bytes32 tradeId,uint16 buyerBps)
    //     Ruling(bytes32 tradeId,uint16 buyerBps,uint16 reasonCode,uint40 validUntil)
    //
    // Who signed is found by ECDSA (65 bytes, low s) for an account without code; by ECDSA and then ERC-1271 for an account
    // with an EIP-7702 delegation; by ERC-1271 for any other contract.

    /// @notice `markPaid` by the buyer's `Action(tradeId, "mark_paid", validUntil)`.
    /// @param validUntil Unix seconds; the signature is good up to and including this second.
    function markPaidBySig(Terms calldata terms, uint40 validUntil, bytes calldata signature) external;

    /// @notice `release` by the seller's `Action(tradeId, "release", validUntil)`.
    function releaseBySig(Terms calldata terms, uint40 validUntil, bytes calldata signature) external;

    /// @notice `cancel` by the buyer's `Action(tradeId, "cancel", validUntil)`.
    function cancelBySig(Terms calldata terms, uint40 validUntil, bytes calldata signature) external;

    /// @notice `dispute` by a party's `Action(tradeId, "dispute", validUntil)`.
    /// @param by The disputing party, buyer or seller, whose signature it is.
    function disputeBySig(Terms calldata terms, address by, uint40 validUntil, bytes calldata signature) external;

    /// @notice `resolve` by the arbiter's `Ruling(tradeId, buyerBps, reasonCode, validUntil)`. The ruling must arrive before
    /// the ruling deadline as well.
    function resolveBySig(
        Terms calldata terms,
        uint16 buyerBps,
        uint16 reasonCode,
        uint40 validUntil,
        bytes calldata signature
    ) external;

    // Both parties together

    /// @notice Both parties agree on a split, each by a signature over `Split(tradeId, buyerBps)`; anyone may bring the two.
    /// @dev A `Split` has no end of its own: who signs one offers that split for as long as the trade is open.
    function settle(
        Terms calldata terms,
        uint16 buyerBps,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external;

    // Doors that anyone may open when a deadline has passed

    /// @notice The buyer never marked the trade paid: the seller gets everything back.
    function refundExpired(Terms calldata terms) external;

    /// @notice The seller never answered a paid trade: the arbiter is called.
    function escalate(Terms calldata terms) external;

    /// @notice The arbiter never ruled: the amount is split by `fallbackBuyerBps`, as both sides agreed at the start.
    function resolveExpired(Terms calldata terms) external;

    // Money that could not be pushed, and fees

    /// @notice Sends the caller's whole credit in `token` to `to`, an address of its choice: an owner that cannot receive,
    /// or that a token has blocked, can still leave.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// @notice Anyone may have an account's whole credit sent to that account itself.
    function withdrawFor(address account, address token) external returns (uint256 amount);

    /// @notice Buyer, seller or arbiter of a trade that was funded put a document on record.
    function submitEvidence(Terms calldata terms, bytes32 contentHash, string calldata uri) external;

    // Reading

    /// @notice The EIP-712 digest of the terms for this chain and this contract. Checks nothing else about them.
    function tradeIdOf(Terms calldata terms) external view returns (bytes32);

    /// @return status `None` for an id that was never funded.
    /// @return deadline Unix seconds: `payBy` while funded, the end of the confirm window while paid, the end of the
    /// arbitration window while disputed, zero before and after.
    function tradeOf(bytes32 tradeId) external view returns (Status status, uint40 deadline);

    /// @notice What `withdraw` would send: fees earned and payouts that could not be pushed, in base units.
    function creditOf(address account, address token) external view returns (uint256);

    /// @notice The highest `feeBps` accepted.
    function MAX_FEE_BPS() external view returns (uint16);
    /// @notice The furthest `payBy` accepted, in seconds from funding.
    function MAX_PAY_DELAY() external view returns (uint40);
    /// @notice The shortest `confirmWindow` accepted, in seconds.
    function MIN_CONFIRM_WINDOW() external view returns (uint40);
    /// @notice The longest `confirmWindow` accepted, in seconds.
    function MAX_CONFIRM_WINDOW() external view returns (uint40);
    /// @notice The shortest `arbitrationWindow` accepted, in seconds.
    function MIN_ARBITRATION_WINDOW() external view returns (uint40);
    /// @notice The longest `arbitrationWindow` accepted, in seconds.
    function MAX_ARBITRATION_WINDOW() external view returns (uint40);

    /// @notice The EIP-712 domain separator of name "Parley Escrow", version "1", this chain and this address.
    function domainSeparator() external view returns (bytes32);
}
