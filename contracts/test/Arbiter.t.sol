// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {BadJudge} from "./base/Wallets.sol";

/// @dev An arbiter is an address, maybe a contract. One that reverts, burns gas or answers nonsense rules nothing and holds
/// up nobody: the two can still concede, and the split they agreed to at the start is paid once its time is over.
contract ArbiterTest is EscrowTest {
    function test_anArbiterThatReverts() public {
        _rulesNothingAndHoldsUpNobody(BadJudge.Way.Reverts);
    }

    function test_anArbiterThatBurnsItsGas() public {
        _rulesNothingAndHoldsUpNobody(BadJudge.Way.BurnsItsGas);
    }

    function test_anArbiterThatAnswersWithABomb() public {
        _rulesNothingAndHoldsUpNobody(BadJudge.Way.AnswersWithABomb);
    }

    function test_anArbiterThatAnswersWithTheWrongWord() public {
        _rulesNothingAndHoldsUpNobody(BadJudge.Way.AnswersWithTheWrongWord);
    }

    function _rulesNothingAndHoldsUpNobody(BadJudge.Way way) internal {
        address arbiter = address(new BadJudge(way));
        Terms memory terms = _ethTerms();
        terms.arbiter = arbiter;
        bytes32 id = _dispute(terms);
        bytes memory signature = _sign(JUDYS_KEY, _rulingDigest(id, 10_000, 1, NEVER));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, arbiter));
        escrow.resolveBySig(terms, 10_000, 1, NEVER, signature);
        vm.prank(judy);
        vm.expectRevert(IEscrow.NotArbiter.selector);
        escrow.resolve(terms, 10_000, 1);
        _assertTrade(id, Status.Disputed, START + terms.arbitrationWindow);

        Terms memory other = _ethTerms();
        other.arbiter = arbiter;
        other.salt = 2;
        bytes32 conceded = _dispute(other);
        vm.prank(sara);
        escrow.release(other);
        _assertTrade(conceded, Status.Released, 0);

        uint256 before = ben.balance;
        vm.warp(START + terms.arbitrationWindow + 1);
        escrow.resolveExpired(terms);
        _assertTrade(id, Status.Resolved, 0);
        vm.assertEq(ben.balance - before, 0.2475 ether);
    }
}
