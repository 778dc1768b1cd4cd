// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../../src/IEscrow.sol";
import {Status, Terms} from "../../src/Terms.sol";
import {Market} from "./Market.sol";

/// @dev Anybody calls anything at any time, and most of it reverts. What succeeds must have had somebody's right to it:
/// money moves only by the seller's or the buyer's own call, by the arbiter's, or because a deadline has passed.
contract RawHandler is Market {
    function fund(uint256 seed, uint256 who) external {
        Terms memory terms = _newTerms(seed);
        if (who % 4 == 0 && entries.length != 0) terms = entries[seed % entries.length].terms;
        address by = who % 3 == 0 ? _people()[who % 7] : terms.seller;
        bool eth = terms.token == ETH;
        entries.push(Entry(terms, escrow.tradeIdOf(terms), Status.None, 0, 0, 0));
        bytes memory call = eth ? abi.encodeCall(IEscrow.fundEth, (terms)) : abi.encodeCall(IEscrow.fund, (terms));
        _act(entries.length - 1, by, eth ? terms.amount : 0, call);
        _remember(by == terms.seller, "somebody else's coins were taken");
    }

    function anything(uint256 seed, uint256 what, uint256 who, uint16 bps, bytes calldata junk) external {
        if (entries.length == 0) return;
        uint256 i = seed % entries.length;
        Terms memory terms = entries[i].terms;
        if (who % 9 == 0) terms.salt += seed;
        address by = _people()[who % 7];
        (Status status, uint40 deadline) = escrow.tradeOf(entries[i].id);
        _act(i, by, 0, _callOf(what % 14, terms, bps, junk));
        _judge(entries[i], by, status, block.timestamp > deadline);
    }

    /// Who called, and when, must be reason enough for where the trade went.
    function _judge(Entry memory entry, address by, Status from, bool late) private {
        bool isBuyer = by == entry.terms.buyer;
        bool isSeller = by == entry.terms.seller;
        if (entry.status == from) return;
        if (entry.status == Status.Paid) _remember(isBuyer && !late, "marked paid without the buyer");
        if (entry.status == Status.Disputed) _remember(isBuyer || isSeller || late, "disputed without a party");
        if (entry.status == Status.Released) _remember(isSeller, "released without the seller");
        if (entry.status == Status.Refunded) {
            _remember(isBuyer || (from == Status.Funded && late), "refunded without the buyer");
        }
        if (entry.status == Status.Resolved) {
            bool byArbiter = by == entry.terms.arbiter && !late;
            _remember(from == Status.Disputed && (byArbiter || late), "resolved without the arbiter");
        }
    }

    function _callOf(uint256 what, Terms memory terms, uint16 bps, bytes memory junk)
        private
        pure
        returns (bytes memory)
    {
        if (what == 0) return abi.encodeCall(IEscrow.markPaid, (terms));
        if (what == 1) return abi.encodeCall(IEscrow.release, (terms));
        if (what == 2) return abi.encodeCall(IEscrow.cancel, (terms));
        if (what == 3) return abi.encodeCall(IEscrow.dispute, (terms));
        if (what == 4) return abi.encodeCall(IEscrow.resolve, (terms, bps, bps));
        if (what == 5) return abi.encodeCall(IEscrow.refundExpired, (terms));
        if (what == 6) return abi.encodeCall(IEscrow.escalate, (terms));
        if (what == 7) return abi.encodeCall(IEscrow.resolveExpired, (terms));
        if (what == 8) return abi.encodeCall(IEscrow.markPaidBySig, (terms, NEVER, junk));
        if (what == 9) return abi.encodeCall(IEscrow.releaseBySig, (terms, NEVER, junk));
        if (what == 10) return abi.encodeCall(IEscrow.cancelBySig, (terms, NEVER, junk));
        if (what == 11) return abi.encodeCall(IEscrow.settle, (terms, bps, junk, junk));
        if (what == 12) return abi.encodeCall(IEscrow.submitEvidence, (terms, bytes32(0), ""));
        return abi.encodeCall(IEscrow.resolveBySig, (terms, bps, 0, NEVER, junk));
    }

    function withdraw(uint256 seed, uint256 who) external {
        address by = _people()[who % 7];
        address asset = _assets()[seed % 3];
        if (seed % 2 == 0) {
            address account = _people()[seed % 7];
            _takeOut(by, account, asset, abi.encodeCall(IEscrow.withdrawFor, (account, asset)));
        } else {
            _takeOut(by, by, asset, abi.encodeCall(IEscrow.withdraw, (asset, _people()[seed % 7])));
        }
    }

    /// Bytes that are no call at all, with and without coins.
    function shout(uint256 value, uint256 who, bytes calldata junk) external {
        address by = _people()[who % 7];
        uint256 coins = value % 2 ether;
        if (junk.length > 3 && bytes4(junk[:4]) != bytes4(0)) coins = value % 2 == 0 ? 0 : coins;
        vm.deal(by, by.balance + coins);
        vm.prank(by);
        (bool done,) = address(escrow).call{value: coins}(junk);
        _remember(!done || coins == 0, "coins came in without a trade");
    }

    function changeMoods(uint256 seed) external {
        if (seed % 3 == 0) moodySeller.turn();
        if (seed % 3 == 1) moodyBuyer.turn();
        address whom = _people()[seed % 7];
        blocking.setBlocked(whom, !blocking.blocked(whom));
    }

    function pass(uint256 seed) external {
        vm.warp(block.timestamp + seed % 12 hours);
    }
}
