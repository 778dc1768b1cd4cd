// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Resolution, Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev Every act by a signature that Mallory relays, and every way in which the signature can be the wrong one.
contract SignedActsTest is EscrowTest {
    Terms internal terms;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        terms = _ethTerms();
        id = escrow.tradeIdOf(terms);
    }

    function _expectBad(address signer) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, signer));
    }

    function test_benMarksPaidBySignature() public {
        _fund(terms);
        bytes memory signature = _signAction(BENS_KEY, id, "mark_paid");
        _expectEvent();
        emit IEscrow.Paid(id, START + terms.confirmWindow);
        vm.prank(mallory);
        escrow.markPaidBySig(terms, NEVER, signature);
        _assertTrade(id, Status.Paid, START + terms.confirmWindow);
    }

    function test_saraReleasesBySignatureAndTheRelayerGetsNothing() public {
        _pay(terms);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        _expectEvent();
        emit IEscrow.Released(id, COINS - FEE, FEE);
        vm.prank(mallory);
        escrow.releaseBySig(terms, NEVER, signature);
        vm.assertEq(ben.balance, 100 ether + COINS - FEE);
        vm.assertEq(escrow.creditOf(fiona, ETH), FEE);
        vm.assertEq(mallory.balance, 100 ether);
        vm.assertEq(escrow.creditOf(mallory, ETH), 0);
    }

    function test_benCancelsBySignature() public {
        _pay(terms);
        bytes memory signature = _signAction(BENS_KEY, id, "cancel");
        _expectEvent();
        emit IEscrow.Refunded(id, COINS, false);
        vm.prank(mallory);
        escrow.cancelBySig(terms, NEVER, signature);
        vm.assertEq(sara.balance, 100 ether);
    }

    function test_eitherPartyDisputesBySignature() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            _pay(terms);
            address by = i == 0 ? sara : ben;
            bytes memory signature = _signAction(i == 0 ? SARAS_KEY : BENS_KEY, id, "dispute");
            _expectEvent();
            emit IEscrow.Disputed(id, by, START + terms.arbitrationWindow);
            vm.prank(mallory);
            escrow.disputeBySig(terms, by, NEVER, signature);
            vm.revertToState(before);
        }
    }

    function test_aDisputeBySignatureIsSignedByThePartyItNames() public {
        _pay(terms);
        bytes memory signature = _signAction(SARAS_KEY, id, "dispute");
        _expectBad(ben);
        escrow.disputeBySig(terms, ben, NEVER, signature);
        signature = _signAction(MALLORYS_KEY, id, "dispute");
        vm.expectRevert(IEscrow.NotParty.selector);
        escrow.disputeBySig(terms, mallory, NEVER, signature);
    }

    function test_judyRulesBySignature() public {
        _dispute(terms);
        bytes memory signature = _sign(JUDYS_KEY, _rulingDigest(id, 7_000, 42, START));
        _expectEvent();
        emit IEscrow.Resolved(id, Resolution.Ruled, 7_000, 42, 0.693 ether, 0.3 ether, 0.007 ether);
        vm.prank(mallory);
        escrow.resolveBySig(terms, 7_000, 42, START, signature);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_aRelayerCannotBendARuling() public {
        _dispute(terms);
        bytes memory signature = _sign(JUDYS_KEY, _rulingDigest(id, 7_000, 42, NEVER));
        _expectBad(judy);
        escrow.resolveBySig(terms, 7_001, 42, NEVER, signature);
        _expectBad(judy);
        escrow.resolveBySig(terms, 7_000, 43, NEVER, signature);
        _expectBad(judy);
        escrow.resolveBySig(terms, 7_000, 42, NEVER - 1, signature);
    }

    function test_onlyTheArbitersSignatureRules() public {
        _dispute(terms);
        uint256[3] memory keys = [SARAS_KEY, BENS_KEY, MALLORYS_KEY];
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes memory signature = _sign(keys[i], _rulingDigest(id, 10_000, 1, NEVER));
            _expectBad(judy);
            escrow.resolveBySig(terms, 10_000, 1, NEVER, signature);
        }
    }

    function test_aSignedRulingGivesAtMostEverything() public {
        _dispute(terms);
        bytes memory signature = _sign(JUDYS_KEY, _rulingDigest(id, 10_001, 1, NEVER));
        vm.expectRevert(IEscrow.ShareTooHigh.selector);
        escrow.resolveBySig(terms, 10_001, 1, NEVER, signature);
    }

    function test_theWrongSignerMovesNothing() public {
        _pay(terms);
        uint256[3] memory keys = [BENS_KEY, JUDYS_KEY, MALLORYS_KEY];
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes memory signature = _signAction(keys[i], id, "release");
            _expectBad(sara);
            escrow.releaseBySig(terms, NEVER, signature);
        }
        bytes memory saras = _signAction(SARAS_KEY, id, "cancel");
        _expectBad(ben);
        escrow.cancelBySig(terms, NEVER, saras);
    }

    function test_aSignatureForOneActIsNoneForAnother() public {
        _pay(terms);
        string[4] memory actions = ["mark_paid", "dispute", "cancel", "Release"];
        for (uint256 i = 0; i < actions.length; ++i) {
            bytes memory signature = _signAction(SARAS_KEY, id, actions[i]);
            _expectBad(sara);
            escrow.releaseBySig(terms, NEVER, signature);
        }
        bytes memory bens = _signAction(BENS_KEY, id, "dispute");
        _expectBad(ben);
        escrow.cancelBySig(terms, NEVER, bens);
    }

    function test_aSignatureWorksUpToItsLastSecond() public {
        _pay(terms);
        uint40 last = START + 10 minutes;
        bytes memory signature = _sign(SARAS_KEY, _actionDigest(id, "release", last));
        vm.warp(last + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureExpired.selector, last));
        escrow.releaseBySig(terms, last, signature);
        vm.warp(last);
        escrow.releaseBySig(terms, last, signature);
        _assertTrade(id, Status.Released, 0);
    }

    function test_aRelayerCannotProlongASignature() public {
        _pay(terms);
        uint40 last = START + 10 minutes;
        bytes memory signature = _sign(SARAS_KEY, _actionDigest(id, "release", last));
        vm.warp(last + 1);
        _expectBad(sara);
        escrow.releaseBySig(terms, last + 1, signature);
    }

    function test_aSignedRulingWorksUpToItsLastSecond() public {
        _dispute(terms);
        uint40 last = START + 10 minutes;
        bytes memory signature = _sign(JUDYS_KEY, _rulingDigest(id, 0, 1, last));
        vm.warp(last + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureExpired.selector, last));
        escrow.resolveBySig(terms, 0, 1, last, signature);
        vm.warp(last);
        escrow.resolveBySig(terms, 0, 1, last, signature);
        _assertTrade(id, Status.Resolved, 0);
    }

    /// The terms cannot be funded a second time, so an unused old signature finds nothing to work on.
    function test_anUnusedSignatureIsDeadOnceTheTradeEnded() public {
        _bringTo(Status.Refunded, terms);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        vm.prank(sara);
        _expectWrongStatus(Status.Refunded);
        escrow.fundEth{value: COINS}(terms);
        _expectWrongStatus(Status.Refunded);
        escrow.releaseBySig(terms, NEVER, signature);
    }

    function test_aSignatureIsUsedOnce() public {
        _pay(terms);
        Terms memory other = terms;
        other.salt = 2;
        _fund(other);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        escrow.releaseBySig(terms, NEVER, signature);
        _expectWrongStatus(Status.Released);
        escrow.releaseBySig(terms, NEVER, signature);
    }

    function test_aSignatureForOneTradeIsNoneForItsTwin() public {
        _pay(terms);
        Terms memory twin = terms;
        twin.salt = 2;
        _pay(twin);
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        _expectBad(sara);
        escrow.releaseBySig(twin, NEVER, signature);
    }
}
