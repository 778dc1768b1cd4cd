// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";

interface Cheats {
    function assume(bool condition) external pure;
    function deal(address account, uint256 balance) external;
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
}

/// @dev What Halmos proves for every value of the parameters of each `check_` function: callers, times, shares, signatures
/// and amounts are symbols here, not samples. `make audit` runs it. What a proof takes as given is said beside it.
contract EscrowProofs {
    Cheats internal constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

    address internal constant SELLER = address(0x5E11);
    address internal constant BUYER = address(0xB0B);
    address internal constant ARBITER = address(0xA4B);
    address internal constant FEES = address(0xFEE);
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant COINS = 1 ether;
    uint8 internal constant ENTRIES = 14;

    IEscrow internal escrow;

    function setUp() public {
        vm.warp(START);
        escrow = IEscrow(address(new Escrow()));
    }

    function _terms(uint256 amount, uint16 feeBps, uint16 fallbackBps) internal pure returns (Terms memory) {
        return Terms({
            seller: SELLER,
            buyer: BUYER,
            token: address(0),
            amount: amount,
            arbiter: ARBITER,
            feeRecipient: FEES,
            feeBps: feeBps,
            payBy: uint40(START + 1 hours),
            confirmWindow: 1 hours,
            arbitrationWindow: 7 days,
            fallbackBuyerBps: fallbackBps,
            details: bytes32(0),
            salt: 1
        });
    }

    function _bringTo(Status status, Terms memory terms) internal returns (bytes32 id) {
        vm.deal(SELLER, terms.amount);
        vm.prank(SELLER);
        id = escrow.fundEth{value: terms.amount}(terms);
        if (status == Status.Released) {
            vm.prank(SELLER);
            escrow.release(terms);
        } else if (status == Status.Refunded) {
            vm.prank(BUYER);
            escrow.cancel(terms);
        } else if (status != Status.Funded) {
            vm.prank(BUYER);
            escrow.markPaid(terms);
            if (status == Status.Paid) return id;
            vm.prank(BUYER);
            escrow.dispute(terms);
            if (status == Status.Disputed) return id;
            vm.prank(ARBITER);
            escrow.resolve(terms, 5_000, 1);
        }
    }

    /// Everything that can change a trade. Funding is the first: nobody but the seller may, and only once.
    function _call(uint8 entry, Terms memory terms, uint16 bps, bytes memory signature)
        internal
        pure
        returns (bytes memory)
    {
        if (entry == 0) return abi.encodeCall(IEscrow.fundEth, (terms));
        if (entry == 1) return abi.encodeCall(IEscrow.markPaid, (terms));
        if (entry == 2) return abi.encodeCall(IEscrow.release, (terms));
        if (entry == 3) return abi.encodeCall(IEscrow.cancel, (terms));
        if (entry == 4) return abi.encodeCall(IEscrow.dispute, (terms));
        if (entry == 5) return abi.encodeCall(IEscrow.resolve, (terms, bps, 1));
        if (entry == 6) return abi.encodeCall(IEscrow.refundExpired, (terms));
        if (entry == 7) return abi.encodeCall(IEscrow.escalate, (terms));
        if (entry == 8) return abi.encodeCall(IEscrow.resolveExpired, (terms));
        if (entry == 9) return abi.encodeCall(IEscrow.markPaidBySig, (terms, type(uint40).max, signature));
        if (entry == 10) return abi.encodeCall(IEscrow.releaseBySig, (terms, type(uint40).max, signature));
        if (entry == 11) return abi.encodeCall(IEscrow.cancelBySig, (terms, type(uint40).max, signature));
        if (entry == 12) return abi.encodeCall(IEscrow.resolveBySig, (terms, bps, 1, type(uint40).max, signature));
        return abi.encodeCall(IEscrow.settle, (terms, bps, signature, signature));
    }

    function _status(bytes32 id) internal view returns (Status status) {
        (status,) = escrow.tradeOf(id);
    }

    // A stranger moves nothing: any caller who is none of the three, before the deadline, and no signature to show.

    function _aStrangerMovesNothing(Status status, address stranger, uint8 entry, uint256 time, uint16 bps) private {
        vm.assume(stranger != SELLER && stranger != BUYER && stranger != ARBITER);
        Terms memory terms = _terms(COINS, 100, 5_000);
        bytes32 id = _bringTo(status, terms);
        (, uint40 deadline) = escrow.tradeOf(id);
        vm.assume(entry < ENTRIES && time >= START && time <= deadline);
        vm.warp(time);
        vm.prank(stranger);
        (bool done,) = address(escrow).call(_call(entry, terms, bps, ""));
        assert(!done);
        assert(_status(id) == status);
        assert(address(escrow).balance == COINS);
    }

    function check_aStrangerMovesNoFundedTrade(address stranger, uint8 entry, uint256 time, uint16 bps) public {
        _aStrangerMovesNothing(Status.Funded, stranger, entry, time, bps);
    }

    function check_aStrangerMovesNoPaidTrade(address stranger, uint8 entry, uint256 time, uint16 bps) public {
        _aStrangerMovesNothing(Status.Paid, stranger, entry, time, bps);
    }

    function check_aStrangerMovesNoDisputedTrade(address stranger, uint8 entry, uint256 time, uint16 bps) public {
        _aStrangerMovesNothing(Status.Disputed, stranger, entry, time, bps);
    }

    // Terminal states are final: any caller, the three included, at any time, with any signature, even a right one.

    function _anEndIsAnEnd(Status status, address by, uint8 entry, uint40 time, uint16 bps, bytes32 r, bytes32 s)
        private
    {
        Terms memory terms = _terms(COINS, 100, 5_000);
        bytes32 id = _bringTo(status, terms);
        uint256 held = address(escrow).balance;
        vm.assume(entry < ENTRIES && time >= START);
        vm.warp(time);
        vm.prank(by);
        (bool done,) = address(escrow).call(_call(entry, terms, bps, abi.encodePacked(r, s, uint8(27))));
        assert(!done);
        assert(_status(id) == status);
        assert(address(escrow).balance == held);
    }

    function check_aReleaseIsFinal(address by, uint8 entry, uint40 time, uint16 bps, bytes32 r, bytes32 s) public {
        _anEndIsAnEnd(Status.Released, by, entry, time, bps, r, s);
    }

    function check_aRefundIsFinal(address by, uint8 entry, uint40 time, uint16 bps, bytes32 r, bytes32 s) public {
        _anEndIsAnEnd(Status.Refunded, by, entry, time, bps, r, s);
    }

    function check_aResolutionIsFinal(address by, uint8 entry, uint40 time, uint16 bps, bytes32 r, bytes32 s) public {
        _anEndIsAnEnd(Status.Resolved, by, entry, time, bps, r, s);
    }

    // Nobody is paid but buyer and seller, and nobody is credited but they and the fee recipient: any caller, any time,
    // any share, any signature. `other` is any fourth account, the arbiter and the caller among them.

    function _nobodyElseIsPaid(
        Status status,
        address by,
        address other,
        uint8 entry,
        uint40 time,
        uint16 bps,
        bytes32 r
    ) private {
        vm.assume(other != SELLER && other != BUYER && other != address(escrow));
        Terms memory terms = _terms(COINS, 100, 5_000);
        _bringTo(status, terms);
        vm.assume(entry < ENTRIES && time >= START);
        vm.warp(time);
        uint256 before = other.balance;
        vm.prank(by);
        (bool done,) = address(escrow).call(_call(entry, terms, bps, abi.encodePacked(r, r >> 1, uint8(27))));
        assert(other.balance == before);
        assert(other == FEES || escrow.creditOf(other, address(0)) == 0);
        assert(done || address(escrow).balance == COINS);
    }

    function check_fromFundedNobodyElseIsPaid(
        address by,
        address other,
        uint8 entry,
        uint40 time,
        uint16 bps,
        bytes32 r
    ) public {
        _nobodyElseIsPaid(Status.Funded, by, other, entry, time, bps, r);
    }

    function check_fromPaidNobodyElseIsPaid(address by, address other, uint8 entry, uint40 time, uint16 bps, bytes32 r)
        public
    {
        _nobodyElseIsPaid(Status.Paid, by, other, entry, time, bps, r);
    }

    function check_fromDisputedNobodyElseIsPaid(
        address by,
        address other,
        uint8 entry,
        uint40 time,
        uint16 bps,
        bytes32 r
    ) public {
        _nobodyElseIsPaid(Status.Disputed, by, other, entry, time, bps, r);
    }

    // Conservation: any amount, at shares and fees that are fixed (a product of three symbols is beyond a solver; the
    // fuzz tests take the rest). What the three sides got is the amount, and the escrow keeps the fee and nothing else. A
    // release is the split of everything, by the same function: to prove it apart takes the solver more than five minutes.

    function _nothingIsLost(uint128 amount, uint16 bps, uint16 feeBps) private {
        vm.assume(amount != 0);
        Terms memory terms = _terms(amount, feeBps, bps);
        _bringTo(Status.Disputed, terms);
        vm.prank(ARBITER);
        escrow.resolve(terms, bps, 1);
        uint256 fee = escrow.creditOf(FEES, address(0));
        uint256 owed = escrow.creditOf(BUYER, address(0)) + escrow.creditOf(SELLER, address(0)) + fee;
        assert(BUYER.balance + SELLER.balance + owed == amount);
        assert(address(escrow).balance == owed);
    }

    function check_nothingIsLostWhenTheBuyerGetsNothing(uint128 amount) public {
        _nothingIsLost(amount, 0, 100);
    }

    function check_nothingIsLostInAThird(uint128 amount) public {
        _nothingIsLost(amount, 3_333, 100);
    }

    function check_nothingIsLostInAHalf(uint128 amount) public {
        _nothingIsLost(amount, 5_000, 50);
    }

    function check_nothingIsLostWhenTheBuyerGetsEverything(uint128 amount) public {
        _nothingIsLost(amount, 10_000, 100);
    }

    function check_nothingIsTakenInARefund(uint128 amount) public {
        vm.assume(amount != 0);
        _bringTo(Status.Refunded, _terms(amount, 100, 0));
        assert(SELLER.balance + escrow.creditOf(SELLER, address(0)) == amount);
        assert(escrow.creditOf(FEES, address(0)) == 0);
    }
}
