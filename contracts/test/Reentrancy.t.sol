// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";
import {Reenterer} from "./base/Receivers.sol";
import {HookToken} from "./base/Tokens.sol";

/// @dev Coins and hooks hand control to strangers. Whoever then calls back finds every door shut, and the trade goes on.
contract ReentrancyTest is EscrowTest {
    Reenterer internal attacker;

    function setUp() public override {
        super.setUp();
        attacker = new Reenterer(address(escrow));
        vm.deal(address(attacker), 100 ether);
    }

    function _assertShutOut() internal view {
        vm.assertTrue(attacker.tries() > 0, "the attack was tried");
        vm.assertFalse(attacker.gotIn());
        bytes memory expected = abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.assertEq(keccak256(attacker.answer()), keccak256(expected));
    }

    /// Every call that changes anything, each made from inside the payout of another trade.
    function test_aReceiverFindsEveryDoorShut() public {
        Terms memory victim = _ethTerms();
        victim.salt = 99;
        victim.buyer = address(attacker);
        _pay(victim);
        bytes[] memory doors = _doors(victim);
        for (uint256 i = 0; i < doors.length; ++i) {
            Terms memory terms = _ethTerms();
            terms.salt = i + 1;
            terms.buyer = address(attacker);
            _fund(terms);
            attacker.attackWith(doors[i]);
            uint256 before = address(attacker).balance;
            vm.prank(sara);
            escrow.release(terms);
            vm.assertEq(attacker.tries(), i + 1);
            _assertShutOut();
            vm.assertEq(address(attacker).balance - before, COINS - FEE);
        }
        _assertTrade(escrow.tradeIdOf(victim), Status.Paid, START + 2 hours);
    }

    function _doors(Terms memory terms) internal pure returns (bytes[] memory doors) {
        doors = new bytes[](22);
        doors[0] = abi.encodeCall(IEscrow.fundEth, (terms));
        doors[1] = abi.encodeCall(IEscrow.fund, (terms));
        doors[2] = abi.encodeCall(IEscrow.markPaid, (terms));
        doors[3] = abi.encodeCall(IEscrow.release, (terms));
        doors[4] = abi.encodeCall(IEscrow.cancel, (terms));
        doors[5] = abi.encodeCall(IEscrow.dispute, (terms));
        doors[6] = abi.encodeCall(IEscrow.resolve, (terms, 10_000, 1));
        doors[7] = abi.encodeCall(IEscrow.markPaidBySig, (terms, NEVER, ""));
        doors[8] = abi.encodeCall(IEscrow.releaseBySig, (terms, NEVER, ""));
        doors[9] = abi.encodeCall(IEscrow.cancelBySig, (terms, NEVER, ""));
        doors[10] = abi.encodeCall(IEscrow.disputeBySig, (terms, terms.buyer, NEVER, ""));
        doors[11] = abi.encodeCall(IEscrow.resolveBySig, (terms, 10_000, 1, NEVER, ""));
        doors[12] = abi.encodeCall(IEscrow.settle, (terms, 10_000, "", ""));
        doors[13] = abi.encodeCall(IEscrow.refundExpired, (terms));
        doors[14] = abi.encodeCall(IEscrow.escalate, (terms));
        doors[15] = abi.encodeCall(IEscrow.resolveExpired, (terms));
        doors[16] = abi.encodeCall(IEscrow.withdraw, (ETH, terms.buyer));
        doors[18] = abi.encodeCall(IEscrow.withdrawFor, (terms.buyer, ETH));
        doors[19] = abi.encodeCall(IEscrow.fundWithPermit, (terms, NEVER, 27, 0, 0));
        doors[20] = abi.encodeCall(IEscrow.fundWithAuthorization, (terms, NEVER, 27, 0, 0));
        doors[21] = abi.encodeCall(IEscrow.fundWithPermit2, (terms, 0, NEVER, ""));
        doors[17] = abi.encodeCall(IEscrow.submitEvidence, (terms, bytes32(0), ""));
    }

    function test_aCreditIsNotWithdrawnTwiceFromInside() public {
        Terms memory terms = _ethTerms();
        terms.feeRecipient = address(attacker);
        _bringTo(Status.Released, terms);
        terms.salt = 2;
        _fund(terms);
        attacker.attackWith(abi.encodeCall(IEscrow.withdraw, (ETH, address(attacker))));
        escrow.withdrawFor(address(attacker), ETH);
        _assertShutOut();
        vm.assertEq(address(attacker).balance, 100 ether + FEE);
        vm.assertEq(address(escrow).balance, COINS);
    }

    function test_creditsAreGoneBeforeCoinsMove() public {
        Terms memory terms = _ethTerms();
        terms.feeRecipient = address(attacker);
        _bringTo(Status.Released, terms);
        attacker.attackWith(abi.encodeCall(IEscrow.creditOf, (address(attacker), ETH)));
        escrow.withdrawFor(address(attacker), ETH);
        vm.assertTrue(attacker.gotIn());
        vm.assertEq(abi.decode(attacker.answer(), (uint256)), 0);
    }

    function _hookTerms() internal returns (HookToken hooks, Terms memory terms) {
        hooks = new HookToken();
        hooks.mint(address(attacker), 100 ether);
        hooks.setHook(address(attacker), true);
        attacker.run(address(hooks), 0, abi.encodeCall(hooks.approve, (address(escrow), 100 ether)));
        terms = _ethTerms();
        terms.token = address(hooks);
    }

    function test_aSendersHookCannotFundTwiceWithTheSameCoins() public {
        (HookToken hooks, Terms memory terms) = _hookTerms();
        terms.seller = address(attacker);
        Terms memory second = terms;
        second.salt = 2;
        attacker.attackWith(abi.encodeCall(IEscrow.fund, (second)));
        attacker.run(address(escrow), 0, abi.encodeCall(IEscrow.fund, (terms)));
        _assertShutOut();
        vm.assertEq(hooks.balanceOf(address(escrow)), COINS);
    }

    function test_aSendersHookCannotReleaseWhatIsStillComing() public {
        (HookToken hooks, Terms memory terms) = _hookTerms();
        terms.seller = address(attacker);
        attacker.attackWith(abi.encodeCall(IEscrow.release, (terms)));
        attacker.run(address(escrow), 0, abi.encodeCall(IEscrow.fund, (terms)));
        _assertShutOut();
        _assertTrade(escrow.tradeIdOf(terms), Status.Funded, terms.payBy);
        vm.assertEq(hooks.balanceOf(address(escrow)), COINS);
    }

    function test_aReceiversHookCannotDrawAgain() public {
        (HookToken hooks, Terms memory terms) = _hookTerms();
        hooks.mint(sara, COINS);
        vm.prank(sara);
        hooks.approve(address(escrow), COINS);
        terms.buyer = address(attacker);
        _fund(terms);
        attacker.attackWith(abi.encodeCall(IEscrow.cancel, (terms)));
        vm.prank(sara);
        escrow.release(terms);
        _assertShutOut();
        vm.assertEq(hooks.balanceOf(address(attacker)), 100 ether + COINS - FEE);
        vm.assertEq(hooks.balanceOf(address(escrow)), FEE);
    }

    function test_aTokensHookCannotWithdrawACreditTwice() public {
        (HookToken hooks, Terms memory terms) = _hookTerms();
        hooks.mint(sara, 2 * COINS);
        vm.prank(sara);
        hooks.approve(address(escrow), 2 * COINS);
        terms.feeRecipient = address(attacker);
        _bringTo(Status.Released, terms);
        terms.salt = 2;
        _fund(terms);
        attacker.attackWith(abi.encodeCall(IEscrow.withdraw, (address(hooks), address(attacker))));
        escrow.withdrawFor(address(attacker), address(hooks));
        _assertShutOut();
        vm.assertEq(hooks.balanceOf(address(attacker)), 100 ether + FEE);
        vm.assertEq(hooks.balanceOf(address(escrow)), COINS);
        vm.assertEq(escrow.creditOf(address(attacker), address(hooks)), 0);
    }

    function test_theStatusIsFinalBeforeCoinsMove() public {
        (HookToken hooks, Terms memory terms) = _hookTerms();
        hooks.mint(sara, COINS);
        vm.prank(sara);
        hooks.approve(address(escrow), COINS);
        terms.buyer = address(attacker);
        bytes32 id = _fund(terms);
        attacker.attackWith(abi.encodeCall(IEscrow.tradeOf, (id)));
        vm.prank(sara);
        escrow.release(terms);
        (Status status,) = abi.decode(attacker.answer(), (Status, uint40));
        vm.assertEq(uint256(status), uint256(Status.Released));
    }
}
