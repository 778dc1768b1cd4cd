// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Resolution, Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev One test per row of the state table: who acts, what is told, where the trade stands and where the coins are. Each
/// runs in both assets and, where the table says so, from each open status.
contract ActsTest is EscrowTest {
    Status[3] internal open = [Status.Funded, Status.Paid, Status.Disputed];
    uint256 internal salts;

    function _terms(bool inTokens) internal returns (Terms memory terms) {
        terms = inTokens ? _tokenTerms() : _ethTerms();
        terms.salt = ++salts;
    }

    /// Runs `act` on a trade and checks what each account got out of it.
    function _watch(
        Terms memory terms,
        function(Terms memory, bytes32) internal act,
        uint256 toBuyer,
        uint256 toSeller,
        uint256 fee
    ) internal {
        bytes32 id = escrow.tradeIdOf(terms);
        uint256 bens = _balance(terms.token, ben);
        uint256 saras = _balance(terms.token, sara);
        uint256 fionas = escrow.creditOf(fiona, terms.token);
        uint256 held = _balance(terms.token, address(escrow));
        act(terms, id);
        vm.assertEq(_balance(terms.token, ben) - bens, toBuyer, "to the buyer");
        vm.assertEq(_balance(terms.token, sara) - saras, toSeller, "to the seller");
        vm.assertEq(escrow.creditOf(fiona, terms.token) - fionas, fee, "fee");
        vm.assertEq(held - _balance(terms.token, address(escrow)), toBuyer + toSeller, "out of the escrow");
    }

    function test_benMarksTheTradePaid() public {
        for (uint256 asset = 0; asset < 2; ++asset) {
            Terms memory terms = _terms(asset == 1);
            _fund(terms);
            _watch(terms, _markPaid, 0, 0, 0);
        }
    }

    function _markPaid(Terms memory terms, bytes32 id) internal {
        uint40 confirmBy = START + terms.confirmWindow;
        _expectEvent();
        emit IEscrow.Paid(id, confirmBy);
        vm.prank(ben);
        escrow.markPaid(terms);
        _assertTrade(id, Status.Paid, confirmBy);
    }

    function test_saraReleasesFromEachOpenStatus() public {
        for (uint256 i = 0; i < 6; ++i) {
            Terms memory terms = _terms(i > 2);
            _bringTo(open[i % 3], terms);
            _watch(terms, _release, COINS - FEE, 0, FEE);
        }
    }

    function _release(Terms memory terms, bytes32 id) internal {
        _expectEvent();
        emit IEscrow.Released(id, COINS - FEE, FEE);
        vm.prank(sara);
        escrow.release(terms);
        _assertTrade(id, Status.Released, 0);
    }

    function test_benCancelsFromEachOpenStatusAndNoFeeIsTaken() public {
        for (uint256 i = 0; i < 6; ++i) {
            Terms memory terms = _terms(i > 2);
            _bringTo(open[i % 3], terms);
            _watch(terms, _cancel, 0, COINS, 0);
        }
    }

    function _cancel(Terms memory terms, bytes32 id) internal {
        _expectEvent();
        emit IEscrow.Refunded(id, COINS, false);
        vm.prank(ben);
        escrow.cancel(terms);
        _assertTrade(id, Status.Refunded, 0);
    }

    function test_bothSettleFromEachOpenStatus() public {
        for (uint256 i = 0; i < 6; ++i) {
            Terms memory terms = _terms(i > 2);
            _bringTo(open[i % 3], terms);
            _watch(terms, _settle, 0.594 ether, 0.4 ether, 0.006 ether);
        }
    }

    function _settle(Terms memory terms, bytes32 id) internal {
        bytes memory saras = _sign(SARAS_KEY, _splitDigest(id, 6_000));
        bytes memory bens = _sign(BENS_KEY, _splitDigest(id, 6_000));
        _expectEvent();
        emit IEscrow.Resolved(id, Resolution.Settled, 6_000, 0, 0.594 ether, 0.4 ether, 0.006 ether);
        vm.prank(mallory);
        escrow.settle(terms, 6_000, saras, bens);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_anyoneRefundsATradeThatWasNeverPaid() public {
        for (uint256 asset = 0; asset < 2; ++asset) {
            Terms memory terms = _terms(asset == 1);
            _fund(terms);
            vm.warp(terms.payBy + 1);
            _watch(terms, _refundExpired, 0, COINS, 0);
            vm.warp(START);
        }
    }

    function _refundExpired(Terms memory terms, bytes32 id) internal {
        _expectEvent();
        emit IEscrow.Refunded(id, COINS, true);
        vm.prank(mallory);
        escrow.refundExpired(terms);
        _assertTrade(id, Status.Refunded, 0);
    }

    function test_eitherPartyDisputesAPaidTrade() public {
        address[2] memory parties = [sara, ben];
        for (uint256 i = 0; i < 4; ++i) {
            Terms memory terms = _terms(i > 1);
            bytes32 id = _pay(terms);
            uint40 ruleBy = START + terms.arbitrationWindow;
            _expectEvent();
            emit IEscrow.Disputed(id, parties[i % 2], ruleBy);
            vm.prank(parties[i % 2]);
            escrow.dispute(terms);
            _assertTrade(id, Status.Disputed, ruleBy);
        }
    }

    function test_aPartyMayStillDisputeAfterTheConfirmWindow() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _pay(terms);
        vm.warp(START + 30 days);
        vm.prank(ben);
        escrow.dispute(terms);
        _assertTrade(id, Status.Disputed, START + 37 days);
    }

    function test_anyoneEscalatesATradeTheSellerIsSilentAbout() public {
        Terms memory terms = _ethTerms();
        bytes32 id = _pay(terms);
        vm.warp(START + terms.confirmWindow + 1);
        uint40 ruleBy = START + terms.confirmWindow + 1 + terms.arbitrationWindow;
        _expectEvent();
        emit IEscrow.Disputed(id, address(0), ruleBy);
        vm.prank(mallory);
        escrow.escalate(terms);
        _assertTrade(id, Status.Disputed, ruleBy);
    }

    function test_judyRulesOnADisputedTrade() public {
        for (uint256 asset = 0; asset < 2; ++asset) {
            Terms memory terms = _terms(asset == 1);
            _dispute(terms);
            _watch(terms, _rule, 0.693 ether, 0.3 ether, 0.007 ether);
        }
    }

    function _rule(Terms memory terms, bytes32 id) internal {
        _expectEvent();
        emit IEscrow.Resolved(id, Resolution.Ruled, 7_000, 42, 0.693 ether, 0.3 ether, 0.007 ether);
        vm.prank(judy);
        escrow.resolve(terms, 7_000, 42);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_anyoneEndsADisputeTheArbiterIsSilentAbout() public {
        for (uint256 asset = 0; asset < 2; ++asset) {
            Terms memory terms = _terms(asset == 1);
            _dispute(terms);
            vm.warp(START + terms.arbitrationWindow + 1);
            _watch(terms, _resolveExpired, 0.2475 ether, 0.75 ether, 0.0025 ether);
            vm.warp(START);
        }
    }

    function _resolveExpired(Terms memory terms, bytes32 id) internal {
        _expectEvent();
        emit IEscrow.Resolved(id, Resolution.Fallback, 2_500, 0, 0.2475 ether, 0.75 ether, 0.0025 ether);
        vm.prank(mallory);
        escrow.resolveExpired(terms);
        _assertTrade(id, Status.Resolved, 0);
    }
}
