// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev The whole state table: every act × every actor × every status × the second before, at and after the deadline, by
/// transaction and by signature. What the table allows leads where the table says; everything else changes nothing.
contract TableTest is EscrowTest {
    enum Act {
        Fund,
        MarkPaid,
        Release,
        Cancel,
        Dispute,
        Resolve,
        RefundExpired,
        Escalate,
        ResolveExpired
    }

    /// -1 is the second before the deadline of the trade's status, 0 the deadline, 1 the second after.
    int256[3] internal sides = [int256(-1), 0, 1];
    uint256 internal allowed;
    uint256 internal refused;

    /// The table, written down a second time.
    function _leadsTo(Act act, address by, Status from, int256 side) internal view returns (Status) {
        bool open = from == Status.Funded || from == Status.Paid || from == Status.Disputed;
        if (act == Act.Fund && from == Status.None && by == sara && side < 0) return Status.Funded;
        if (act == Act.MarkPaid && from == Status.Funded && by == ben && side <= 0) return Status.Paid;
        if (act == Act.RefundExpired && from == Status.Funded && side > 0) return Status.Refunded;
        if (act == Act.Release && open && by == sara) return Status.Released;
        if (act == Act.Cancel && open && by == ben) return Status.Refunded;
        if (act == Act.Dispute && from == Status.Paid && (by == sara || by == ben)) return Status.Disputed;
        if (act == Act.Escalate && from == Status.Paid && side > 0) return Status.Disputed;
        if (act == Act.Resolve && from == Status.Disputed && by == judy && side <= 0) return Status.Resolved;
        if (act == Act.ResolveExpired && from == Status.Disputed && side > 0) return Status.Resolved;
        return from;
    }

    function _callOf(Act act, Terms memory terms) internal pure returns (bytes memory) {
        if (act == Act.Fund) return abi.encodeCall(IEscrow.fund, (terms));
        if (act == Act.MarkPaid) return abi.encodeCall(IEscrow.markPaid, (terms));
        if (act == Act.Release) return abi.encodeCall(IEscrow.release, (terms));
        if (act == Act.Cancel) return abi.encodeCall(IEscrow.cancel, (terms));
        if (act == Act.Dispute) return abi.encodeCall(IEscrow.dispute, (terms));
        if (act == Act.Resolve) return abi.encodeCall(IEscrow.resolve, (terms, 3_333, 1));
        if (act == Act.RefundExpired) return abi.encodeCall(IEscrow.refundExpired, (terms));
        if (act == Act.Escalate) return abi.encodeCall(IEscrow.escalate, (terms));
        return abi.encodeCall(IEscrow.resolveExpired, (terms));
    }

    /// The same acts by `signer`'s signature, as far as there are such.
    function _signedCallOf(Act act, Terms memory terms, bytes32 id, address signer, uint256 key)
        internal
        view
        returns (bytes memory)
    {
        if (act == Act.MarkPaid) {
            return abi.encodeCall(IEscrow.markPaidBySig, (terms, NEVER, _signAction(key, id, "mark_paid")));
        }
        if (act == Act.Release) {
            return abi.encodeCall(IEscrow.releaseBySig, (terms, NEVER, _signAction(key, id, "release")));
        }
        if (act == Act.Cancel) {
            return abi.encodeCall(IEscrow.cancelBySig, (terms, NEVER, _signAction(key, id, "cancel")));
        }
        if (act == Act.Dispute) {
            return abi.encodeCall(IEscrow.disputeBySig, (terms, signer, NEVER, _signAction(key, id, "dispute")));
        }
        bytes memory ruling = _sign(key, _rulingDigest(id, 3_333, 1, NEVER));
        return abi.encodeCall(IEscrow.resolveBySig, (terms, 3_333, 1, NEVER, ruling));
    }

    function _timeOf(bytes32 id, Terms memory terms, int256 side) internal view returns (uint256) {
        (Status status, uint40 deadline) = escrow.tradeOf(id);
        uint256 around = status == Status.None ? terms.payBy : deadline;
        return around == 0 ? block.timestamp : uint256(int256(around) + side);
    }

    function _try(bytes32 id, address by, bytes memory call, Status leadsTo) internal {
        (Status from, uint40 deadline) = escrow.tradeOf(id);
        uint256 held = token.balanceOf(address(escrow));
        uint256 before = vm.snapshotState();
        vm.prank(by);
        (bool done,) = address(escrow).call(call);
        (Status to, uint40 later) = escrow.tradeOf(id);
        vm.assertEq(uint256(to), uint256(leadsTo), "where it leads");
        vm.assertTrue(done == (leadsTo != from), "success");
        if (!done) {
            vm.assertEq(uint256(later), uint256(deadline), "deadline of a refused act");
            vm.assertEq(token.balanceOf(address(escrow)), held, "coins of a refused act");
        }
        vm.revertToState(before);
        done ? ++allowed : ++refused;
    }

    function _tryAsEveryone(Act act, Terms memory terms, bytes32 id, int256 side) internal {
        (Status from,) = escrow.tradeOf(id);
        address[5] memory actors = [sara, ben, judy, fiona, mallory];
        for (uint256 i = 0; i < 5; ++i) {
            _try(id, actors[i], _callOf(act, terms), _leadsTo(act, actors[i], from, side));
        }
    }

    function _tryBySignatures(Act act, Terms memory terms, bytes32 id, int256 side) internal {
        (Status from,) = escrow.tradeOf(id);
        uint256[4] memory keys = [SARAS_KEY, BENS_KEY, JUDYS_KEY, MALLORYS_KEY];
        for (uint256 i = 0; i < 4; ++i) {
            address signer = vm.addr(keys[i]);
            bytes memory call = _signedCallOf(act, terms, id, signer, keys[i]);
            _try(id, mallory, call, _leadsTo(act, signer, from, side));
        }
    }

    function _walk(Status status) internal {
        Terms memory terms = _tokenTerms();
        bytes32 id = _bringTo(status, terms);
        for (uint256 s = 0; s < 3; ++s) {
            vm.warp(_timeOf(id, terms, sides[s]));
            for (uint8 a = 0; a <= uint8(Act.ResolveExpired); ++a) {
                _tryAsEveryone(Act(a), terms, id, sides[s]);
                if (a > 0 && a <= uint8(Act.Resolve)) _tryBySignatures(Act(a), terms, id, sides[s]);
            }
        }
        vm.assertEq(allowed + refused, 3 * (9 * 5 + 5 * 4));
    }

    function test_anUnfundedTradeIsOnlyEverFundedAndBeforePayBy() public {
        _walk(Status.None);
        vm.assertEq(allowed, 1);
    }

    function test_aFundedTradeGoesWhereTheTableSays() public {
        _walk(Status.Funded);
        // Release and cancel, both ways, on each side; marking paid, both ways, on two; the refund by all five on one.
        vm.assertEq(allowed, 3 * 4 + 2 * 2 + 5);
    }

    function test_aPaidTradeGoesWhereTheTableSays() public {
        _walk(Status.Paid);
        // Release, cancel and two parties' disputes, both ways, on each side; escalation by all five on one.
        vm.assertEq(allowed, 3 * 8 + 5);
    }

    function test_aDisputedTradeGoesWhereTheTableSays() public {
        _walk(Status.Disputed);
        // Release and cancel, both ways, on each side; the ruling, both ways, on two; the fallback by all five on one.
        vm.assertEq(allowed, 3 * 4 + 2 * 2 + 5);
    }

    function test_aReleasedTradeIsLeftAloneForEver() public {
        _walk(Status.Released);
        vm.assertEq(allowed, 0);
    }

    function test_aRefundedTradeIsLeftAloneForEver() public {
        _walk(Status.Refunded);
        vm.assertEq(allowed, 0);
    }

    function test_aResolvedTradeIsLeftAloneForEver() public {
        _walk(Status.Resolved);
        vm.assertEq(allowed, 0);
    }
}
