// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev Who may not act. Each refusal is tried in a status in which the right person could act.
contract AccessTest is EscrowTest {
    Terms internal terms;

    function setUp() public override {
        super.setUp();
        terms = _ethTerms();
    }

    function _refuse(address by, bytes memory call, bytes4 because) internal {
        vm.prank(by);
        vm.expectRevert(because);
        (bool done,) = address(escrow).call(call);
        vm.assertTrue(done, "expectRevert answers true when the revert was the expected one");
    }

    function _refuseEach(address[4] memory others, bytes memory call, bytes4 because) internal {
        for (uint256 i = 0; i < others.length; ++i) {
            _refuse(others[i], call, because);
        }
    }

    function test_aStrangerCannotMarkPaid() public {
        _fund(terms);
        _refuseEach([mallory, sara, judy, fiona], abi.encodeCall(IEscrow.markPaid, (terms)), IEscrow.NotBuyer.selector);
    }

    function test_aStrangerCannotRelease() public {
        _dispute(terms);
        _refuseEach([mallory, ben, judy, fiona], abi.encodeCall(IEscrow.release, (terms)), IEscrow.NotSeller.selector);
    }

    function test_aStrangerCannotCancel() public {
        _dispute(terms);
        _refuseEach([mallory, sara, judy, fiona], abi.encodeCall(IEscrow.cancel, (terms)), IEscrow.NotBuyer.selector);
    }

    function test_aStrangerCannotDispute() public {
        _pay(terms);
        _refuseEach(
            [mallory, judy, fiona, address(this)], abi.encodeCall(IEscrow.dispute, (terms)), IEscrow.NotParty.selector
        );
    }

    function test_nobodyButTheArbiterRules() public {
        _dispute(terms);
        bytes memory call = abi.encodeCall(IEscrow.resolve, (terms, 10_000, 1));
        _refuseEach([mallory, sara, ben, fiona], call, IEscrow.NotArbiter.selector);
    }

    function test_theArbiterOfAnotherTradeDoesNotRule() public {
        _dispute(terms);
        terms.arbiter = mallory;
        vm.prank(mallory);
        _expectWrongStatus(Status.None);
        escrow.resolve(terms, 10_000, 1);
    }

    function test_judyCannotRuleBeforeThereIsADispute() public {
        _pay(terms);
        vm.prank(judy);
        _expectWrongStatus(Status.Paid);
        escrow.resolve(terms, 10_000, 1);
    }

    function test_judyCannotGiveMoreThanEverything() public {
        _dispute(terms);
        _refuse(judy, abi.encodeCall(IEscrow.resolve, (terms, 10_001, 1)), IEscrow.ShareTooHigh.selector);
        _refuse(judy, abi.encodeCall(IEscrow.resolve, (terms, type(uint16).max, 1)), IEscrow.ShareTooHigh.selector);
    }

    /// Changed terms are another trade, and that trade does not exist: nothing about a funded one can be bent.
    function test_eachFieldOfTheTermsIsBoundToTheTrade() public {
        bytes32 id = _pay(terms);
        for (uint256 field = 0; field < 12; ++field) {
            Terms memory bent = terms;
            if (field == 0) bent.buyer = mallory;
            if (field == 1) bent.token = address(token);
            if (field == 2) bent.amount += 1;
            if (field == 3) bent.arbiter = mallory;
            if (field == 4) bent.feeRecipient = mallory;
            if (field == 5) bent.feeBps = 0;
            if (field == 6) bent.payBy += 1;
            if (field == 7) bent.confirmWindow += 1;
            if (field == 8) bent.arbitrationWindow += 1;
            if (field == 9) bent.fallbackBuyerBps += 1;
            if (field == 10) bent.details = bytes32(0);
            if (field == 11) bent.salt += 1;
            vm.assertTrue(escrow.tradeIdOf(bent) != id);
            vm.prank(sara);
            _expectWrongStatus(Status.None);
            escrow.release(bent);
        }
        Terms memory stolen = terms;
        stolen.seller = mallory;
        vm.prank(mallory);
        _expectWrongStatus(Status.None);
        escrow.release(stolen);
    }

    /// The same terms with a bit set above a narrow field would hash to another id: that id can never be funded.
    function test_termsWithStrayBitsAreNoTrade() public {
        bytes memory call = abi.encodeCall(IEscrow.fundEth, (terms));
        uint256[10] memory narrow = [uint256(0), 1, 2, 4, 5, 6, 7, 8, 9, 10];
        for (uint256 i = 0; i < narrow.length; ++i) {
            call[4 + 32 * narrow[i]] = 0x01;
            vm.prank(sara);
            (bool funded,) = address(escrow).call{value: COINS}(call);
            vm.assertFalse(funded);
            call[4 + 32 * narrow[i]] = 0x00;
        }
        vm.prank(sara);
        (bool clean,) = address(escrow).call{value: COINS}(call);
        vm.assertTrue(clean);
    }

    function test_evidenceComesFromThePartiesAndTheArbiter() public {
        bytes32 id = _dispute(terms);
        address[3] memory known = [sara, ben, judy];
        for (uint256 i = 0; i < known.length; ++i) {
            _expectEvent();
            emit IEscrow.Evidence(judy, id, known[i], keccak256("receipt"), "ipfs://receipt");
            vm.prank(known[i]);
            escrow.submitEvidence(terms, keccak256("receipt"), "ipfs://receipt");
        }
        _assertTrade(id, Status.Disputed, START + 7 days);
    }

    function test_aStrangerCannotSubmitEvidence() public {
        _dispute(terms);
        bytes memory call = abi.encodeCall(IEscrow.submitEvidence, (terms, bytes32(0), ""));
        _refuse(mallory, call, IEscrow.NotParty.selector);
        _refuse(fiona, call, IEscrow.NotParty.selector);
    }

    function test_thereIsNoEvidenceAboutATradeThatWasNeverFunded() public {
        vm.prank(ben);
        _expectWrongStatus(Status.None);
        escrow.submitEvidence(terms, bytes32(0), "");
    }
}
