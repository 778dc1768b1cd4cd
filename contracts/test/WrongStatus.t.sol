// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev The state table read the other way: every call in every status, by the right person and at the right time. What
/// the table does not name fails with the status it found.
contract WrongStatusTest is EscrowTest {
    /// A call, who makes it, whether it waits for a deadline to pass, and the statuses it may start from.
    struct Act {
        address by;
        bytes call;
        bool late;
        Status from;
        Status upTo;
    }

    function test_noCallWorksInAStatusTheTableDoesNotName() public {
        uint256 tried;
        for (uint8 i = 0; i <= uint8(Status.Resolved); ++i) {
            Status status = Status(i);
            Terms memory terms = _tokenTerms();
            terms.salt = 10 + i;
            bytes32 id = _bringTo(status, terms);
            Act[] memory acts = _allActs(terms, id);
            for (uint256 j = 0; j < acts.length; ++j) {
                _try(acts[j], status);
                ++tried;
            }
        }
        vm.assertEq(tried, 7 * 16);
    }

    function _try(Act memory act, Status status) private {
        uint256 before = vm.snapshotState();
        if (act.late) vm.warp(START + 365 days);
        vm.prank(act.by);
        (bool done, bytes memory answer) = address(escrow).call(act.call);
        vm.assertEq(done ? 1 : 0, status >= act.from && status <= act.upTo ? 1 : 0, "allowed by the table");
        if (!done) {
            vm.assertEq(keccak256(answer), keccak256(abi.encodeWithSelector(IEscrow.WrongStatus.selector, status)));
        }
        vm.revertToState(before);
    }

    function _allActs(Terms memory terms, bytes32 id) private view returns (Act[] memory acts) {
        acts = new Act[](16);
        acts[0] = Act(sara, abi.encodeCall(IEscrow.fund, (terms)), false, Status.None, Status.None);
        acts[1] = Act(ben, abi.encodeCall(IEscrow.markPaid, (terms)), false, Status.Funded, Status.Funded);
        acts[2] = Act(mallory, abi.encodeCall(IEscrow.refundExpired, (terms)), true, Status.Funded, Status.Funded);
        acts[3] = Act(sara, abi.encodeCall(IEscrow.release, (terms)), false, Status.Funded, Status.Disputed);
        acts[4] = Act(ben, abi.encodeCall(IEscrow.cancel, (terms)), false, Status.Funded, Status.Disputed);
        acts[5] = Act(sara, abi.encodeCall(IEscrow.dispute, (terms)), false, Status.Paid, Status.Paid);
        acts[6] = Act(ben, abi.encodeCall(IEscrow.dispute, (terms)), false, Status.Paid, Status.Paid);
        acts[7] = Act(mallory, abi.encodeCall(IEscrow.escalate, (terms)), true, Status.Paid, Status.Paid);
        acts[8] = Act(judy, abi.encodeCall(IEscrow.resolve, (terms, 1, 1)), false, Status.Disputed, Status.Disputed);
        acts[9] = Act(mallory, abi.encodeCall(IEscrow.resolveExpired, (terms)), true, Status.Disputed, Status.Disputed);
        bytes memory signature = _signAction(BENS_KEY, id, "mark_paid");
        acts[10] = Act(
            mallory,
            abi.encodeCall(IEscrow.markPaidBySig, (terms, NEVER, signature)),
            false,
            Status.Funded,
            Status.Funded
        );
        signature = _signAction(SARAS_KEY, id, "release");
        acts[11] = Act(
            mallory,
            abi.encodeCall(IEscrow.releaseBySig, (terms, NEVER, signature)),
            false,
            Status.Funded,
            Status.Disputed
        );
        signature = _signAction(BENS_KEY, id, "cancel");
        acts[12] = Act(
            mallory,
            abi.encodeCall(IEscrow.cancelBySig, (terms, NEVER, signature)),
            false,
            Status.Funded,
            Status.Disputed
        );
        signature = _signAction(BENS_KEY, id, "dispute");
        acts[13] = Act(
            mallory,
            abi.encodeCall(IEscrow.disputeBySig, (terms, ben, NEVER, signature)),
            false,
            Status.Paid,
            Status.Paid
        );
        signature = _sign(JUDYS_KEY, _rulingDigest(id, 1, 1, NEVER));
        acts[14] = Act(
            mallory,
            abi.encodeCall(IEscrow.resolveBySig, (terms, 1, 1, NEVER, signature)),
            false,
            Status.Disputed,
            Status.Disputed
        );
        bytes memory saras = _sign(SARAS_KEY, _splitDigest(id, 1));
        bytes memory bens = _sign(BENS_KEY, _splitDigest(id, 1));
        acts[15] = Act(
            mallory, abi.encodeCall(IEscrow.settle, (terms, 1, saras, bens)), false, Status.Funded, Status.Disputed
        );
    }
}
