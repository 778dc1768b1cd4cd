// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Status, Terms} from "../src/Terms.sol";
import {TokenFunding} from "./base/TokenFunding.sol";

/// @dev Whole transactions, base cost and calldata included, in the steady state: the escrow holds other trades, every
/// receiver already owns coins, the fee recipient already has a credit.
/// forge-config: default.isolate = true
/// forge-config: release.isolate = true
contract GasTest is TokenFunding {
    /// The budgets are for what ships. Other builds, for development or coverage, only show what they used.
    bool internal shipped;

    function setUp() public override {
        super.setUp();
        shipped = keccak256(bytes(vm.envOr("FOUNDRY_PROFILE", string("")))) == keccak256("release");
        _deployPermit2();
        dollars.mint(ben, 1);
        vm.prank(sara);
        dollars.approve(address(escrow), 10 ether);
        for (uint256 i = 0; i < 3; ++i) {
            Terms memory terms = i == 0 ? _ethTerms() : i == 1 ? _tokenTerms() : _dollarTerms();
            terms.salt = 100;
            _bringTo(Status.Released, terms);
            terms.salt = 101;
            _fund(terms);
        }
    }

    function test_fundingStaysInBudget() public {
        _fund(_ethTerms());
        _check("fund ETH", 60_000);
        _fund(_tokenTerms());
        _check("fund ERC-20", 81_000);
    }

    /// The first permit or authorization of an account writes a new slot in the token; the second permit finds it written.
    function test_fundingByPermitStaysInBudget() public {
        vm.prank(sara);
        dollars.approve(address(escrow), 0);
        Terms memory terms = _dollarTerms();
        Signed memory signed = _permit(SARAS_KEY, COINS, LATER);
        vm.prank(sara);
        escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
        _check("fund ERC-20 by permit", 131_000);
        terms.salt = 2;
        signed = _permit(SARAS_KEY, COINS, LATER);
        vm.prank(sara);
        escrow.fundWithPermit(terms, LATER, signed.v, signed.r, signed.s);
        _check("fund ERC-20 by a later permit", 114_000);
    }

    function test_fundingByAuthorizationStaysInBudget() public {
        Terms memory terms = _dollarTerms();
        Signed memory signed = _authorize(SARAS_KEY, COINS, LATER, escrow.tradeIdOf(terms));
        vm.prank(mallory);
        escrow.fundWithAuthorization(terms, LATER, signed.v, signed.r, signed.s);
        _check("fund ERC-20 by authorization, relayed", 112_000);
    }

    function test_fundingByPermit2StaysInBudget() public {
        Terms memory terms = _dollarTerms();
        for (uint256 nonce = 0; nonce < 2; ++nonce) {
            terms.salt = 10 + nonce;
            bytes memory signature = _signPermit2(SARAS_KEY, terms, escrow.tradeIdOf(terms), nonce, LATER);
            vm.prank(mallory);
            escrow.fundWithPermit2(terms, nonce, LATER, signature);
            _check(
                nonce == 0 ? "fund ERC-20 by Permit2, relayed" : "fund ERC-20 by a later Permit2",
                118_000 - 17_000 * nonce
            );
        }
    }

    function test_markingPaidStaysInBudget() public {
        _pay(_ethTerms());
        _check("mark paid", 36_000);
        bytes32 id = _fund(_tokenTerms());
        bytes memory signature = _signAction(BENS_KEY, id, "mark_paid");
        vm.prank(mallory);
        escrow.markPaidBySig(_tokenTerms(), NEVER, signature);
        _check("mark paid, relayed", 44_000);
    }

    function test_releasingStaysInBudget() public {
        _pay(_ethTerms());
        vm.prank(sara);
        escrow.release(_ethTerms());
        _check("release ETH", 51_000);
        _pay(_tokenTerms());
        vm.prank(sara);
        escrow.release(_tokenTerms());
        _check("release ERC-20", 57_000);
    }

    function test_releasingBySignatureStaysInBudget() public {
        bytes memory signature = _signAction(SARAS_KEY, _pay(_ethTerms()), "release");
        vm.prank(mallory);
        escrow.releaseBySig(_ethTerms(), NEVER, signature);
        _check("release ETH, relayed", 59_000);
        signature = _signAction(SARAS_KEY, _pay(_tokenTerms()), "release");
        vm.prank(mallory);
        escrow.releaseBySig(_tokenTerms(), NEVER, signature);
        _check("release ERC-20, relayed", 65_000);
    }

    function test_cancellingStaysInBudget() public {
        _fund(_ethTerms());
        vm.prank(ben);
        escrow.cancel(_ethTerms());
        _check("cancel ETH", 45_000);
        _fund(_tokenTerms());
        vm.prank(ben);
        escrow.cancel(_tokenTerms());
        _check("cancel ERC-20", 52_000);
    }

    function test_refundingStaysInBudget() public {
        _fund(_ethTerms());
        _fund(_tokenTerms());
        vm.warp(START + 1 hours + 1);
        vm.prank(mallory);
        escrow.refundExpired(_ethTerms());
        _check("refund ETH", 45_000);
        vm.prank(mallory);
        escrow.refundExpired(_tokenTerms());
        _check("refund ERC-20", 52_000);
    }

    function test_disputingStaysInBudget() public {
        _dispute(_ethTerms());
        _check("dispute", 36_000);
        _pay(_tokenTerms());
        vm.warp(START + 2 hours + 1);
        vm.prank(mallory);
        escrow.escalate(_tokenTerms());
        _check("escalate", 36_000);
    }

    function test_rulingStaysInBudget() public {
        _dispute(_ethTerms());
        vm.prank(judy);
        escrow.resolve(_ethTerms(), 5_000, 1);
        _check("rule on ETH", 62_000);
        _dispute(_tokenTerms());
        vm.prank(judy);
        escrow.resolve(_tokenTerms(), 5_000, 1);
        _check("rule on ERC-20", 67_000);
    }

    function test_settlingStaysInBudget() public {
        bytes32 id = _pay(_ethTerms());
        bytes memory saras = _sign(SARAS_KEY, _splitDigest(id, 5_000));
        bytes memory bens = _sign(BENS_KEY, _splitDigest(id, 5_000));
        vm.prank(mallory);
        escrow.settle(_ethTerms(), 5_000, saras, bens);
        _check("settle ETH", 72_000);
    }

    function test_theContractStaysInItsSizeBudget() public {
        _tell("size", address(escrow).code.length, 16_000);
    }

    event Used(string what, uint256 used, uint256 budget);

    function _check(string memory what, uint256 budget) internal {
        _tell(what, vm.lastCallGas().gasTotalUsed, budget);
    }

    function _tell(string memory what, uint256 used, uint256 budget) internal {
        emit Used(what, used, budget);
        if (shipped) vm.assertLe(used, budget, what);
    }
}
