// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Status} from "../../src/Terms.sol";
import {Vm} from "../base/Vm.sol";
import {CleanHandler} from "./CleanHandler.sol";
import {Market} from "./Market.sol";
import {RawHandler} from "./RawHandler.sol";

/// @dev What must hold after every call of every random history. The eighth, that the log alone gives the same state, is
/// proved in Python against a real chain: `tests/escrow/test_replay.py`.
abstract contract Invariants {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    bool public constant IS_TEST = true;
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    Market internal market;

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(market), _selectors());
    }

    function _selectors() internal view virtual returns (bytes4[] memory);

    /// One campaign for all of them, since each is cheap to check and a campaign is not.
    function invariant_theBooksAgree() public view {
        _checkSolvency();
        _checkConservation();
        _checkSteps();
        _checkFees();
    }

    /// 1: what is held in each asset is what is owed in it, to the unit.
    function _checkSolvency() private view {
        for (uint256 i = 0; i < 3; ++i) {
            address asset = market.assetAt(i);
            vm.assertEq(market.held(asset), market.owed(asset), "solvency");
        }
    }

    /// 2: what the three sides of a trade got, in coins or in credit, is the amount, and nothing before it ends.
    function _checkConservation() private view {
        for (uint256 i = 0; i < market.count(); ++i) {
            Market.Entry memory entry = market.entryAt(i);
            uint256 out = entry.toBuyer + entry.toSeller + entry.fee;
            vm.assertEq(out, entry.status > Status.Disputed ? entry.terms.amount : 0, "conservation");
        }
    }

    /// 3 and 5 and 7: the handlers watch each step; here is what they saw, and that nothing moved behind their backs.
    function _checkSteps() private view {
        vm.assertEq(market.broken(), "");
        for (uint256 i = 0; i < market.count(); ++i) {
            vm.assertEq(uint8(market.contractsStatus(i)), uint8(market.entryAt(i).status), "status");
        }
    }

    /// 4: at most the cap of the buyer's share, and nothing when the coins went back.
    function _checkFees() private view {
        for (uint256 i = 0; i < market.count(); ++i) {
            Market.Entry memory entry = market.entryAt(i);
            vm.assertLe(entry.fee * 10_000, (entry.toBuyer + entry.fee) * 100, "fee");
            if (entry.status == Status.Refunded) vm.assertEq(entry.fee, 0, "fee on a refund");
        }
    }

    /// 6: at the end of each history, time alone and a stranger end every trade.
    function afterInvariant() public {
        market.endEverything();
        vm.assertEq(market.broken(), "");
        for (uint256 i = 0; i < 3; ++i) {
            address asset = market.assetAt(i);
            vm.assertEq(market.held(asset), market.owed(asset), "solvency at the end");
        }
    }
}

/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: release.invariant.fail-on-revert = true
contract CleanInvariantsTest is Invariants {
    function setUp() public {
        market = new CleanHandler();
        market.setUp();
    }

    function _selectors() internal pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](17);
        selectors[0] = CleanHandler.fund.selector;
        selectors[1] = CleanHandler.markPaid.selector;
        selectors[2] = CleanHandler.release.selector;
        selectors[3] = CleanHandler.releaseBySignature.selector;
        selectors[4] = CleanHandler.cancel.selector;
        selectors[5] = CleanHandler.settle.selector;
        selectors[6] = CleanHandler.refundExpired.selector;
        selectors[7] = CleanHandler.dispute.selector;
        selectors[8] = CleanHandler.escalate.selector;
        selectors[9] = CleanHandler.resolve.selector;
        selectors[10] = CleanHandler.resolveExpired.selector;
        selectors[11] = CleanHandler.withdraw.selector;
        selectors[12] = CleanHandler.withdrawFor.selector;
        selectors[13] = CleanHandler.changeMoods.selector;
        selectors[14] = CleanHandler.donate.selector;
        selectors[15] = CleanHandler.pass.selector;
        selectors[16] = CleanHandler.passLong.selector;
    }

    /// The handler is worth what it reaches: one fixed walk through it must come by every status.
    function test_theHandlerReachesEveryStatus() public {
        CleanHandler walker = CleanHandler(address(market));
        for (uint256 seed = 0; seed < 200; ++seed) {
            uint256 random = uint256(keccak256(abi.encode(seed)));
            walker.fund(random);
            bytes4[] memory selectors = _selectors();
            for (uint256 i = 0; i < 4; ++i) {
                random = uint256(keccak256(abi.encode(random)));
                (bool done,) = address(market).call(abi.encodeWithSelector(selectors[random % 17], random));
                vm.assertTrue(done, "the clean handler never reverts");
            }
        }
        for (uint256 status = 1; status < 7; ++status) {
            vm.assertTrue(market.reached(status) > 0, "a status was never reached");
        }
    }
}

/// forge-config: default.invariant.fail-on-revert = false
/// forge-config: release.invariant.fail-on-revert = false
contract RawInvariantsTest is Invariants {
    function setUp() public {
        market = new RawHandler();
        market.setUp();
    }

    function _selectors() internal pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](6);
        selectors[0] = RawHandler.fund.selector;
        selectors[1] = RawHandler.anything.selector;
        selectors[2] = RawHandler.withdraw.selector;
        selectors[3] = RawHandler.shout.selector;
        selectors[4] = RawHandler.changeMoods.selector;
        selectors[5] = RawHandler.pass.selector;
    }
}
