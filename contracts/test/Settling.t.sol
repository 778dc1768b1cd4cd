// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev Two signatures over the same split, and signatures carried to another contract or another chain.
contract SettlingTest is EscrowTest {
    Terms internal terms;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        terms = _ethTerms();
        id = _dispute(terms);
    }

    function _signSplit(uint256 key, uint16 buyerBps) internal view returns (bytes memory) {
        return _sign(key, _splitDigest(id, buyerBps));
    }

    function _refuse(uint16 buyerBps, bytes memory saras, bytes memory bens, address bad) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, bad));
        escrow.settle(terms, buyerBps, saras, bens);
    }

    function test_bothSignaturesAreNeeded() public {
        bytes memory saras = _signSplit(SARAS_KEY, 5_000);
        bytes memory bens = _signSplit(BENS_KEY, 5_000);
        _refuse(5_000, saras, saras, ben);
        _refuse(5_000, bens, bens, sara);
        _refuse(5_000, bens, saras, sara);
        _refuse(5_000, saras, "", ben);
        _refuse(5_000, "", bens, sara);
    }

    /// Not even the party that sends the transaction may leave its own signature out.
    function test_sendingTheTransactionIsNotSigning() public {
        bytes memory bens = _signSplit(BENS_KEY, 0);
        vm.prank(sara);
        _refuse(0, "", bens, sara);
    }

    function test_bothSignTheSameSplit() public {
        bytes memory saras = _signSplit(SARAS_KEY, 5_000);
        bytes memory bens = _signSplit(BENS_KEY, 5_001);
        _refuse(5_000, saras, bens, ben);
        _refuse(5_001, saras, bens, sara);
    }

    function test_theArbitersSignatureDoesNotReplaceAPartys() public {
        bytes memory saras = _signSplit(SARAS_KEY, 0);
        bytes memory judys = _signSplit(JUDYS_KEY, 0);
        _refuse(0, saras, judys, ben);
    }

    function test_aSplitGivesAtMostEverything() public {
        bytes memory saras = _signSplit(SARAS_KEY, 10_001);
        bytes memory bens = _signSplit(BENS_KEY, 10_001);
        vm.expectRevert(IEscrow.ShareTooHigh.selector);
        escrow.settle(terms, 10_001, saras, bens);
    }

    function test_aSettlementStillWorksAfterTheArbitersDeadline() public {
        bytes memory saras = _signSplit(SARAS_KEY, 10_000);
        bytes memory bens = _signSplit(BENS_KEY, 10_000);
        vm.warp(START + 100 days);
        escrow.settle(terms, 10_000, saras, bens);
        _assertTrade(id, Status.Resolved, 0);
    }

    function test_aSignatureForAnotherEscrowIsWorthless() public {
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        IEscrow second = _deploy();
        vm.prank(sara);
        second.fundEth{value: COINS}(terms);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, sara));
        second.releaseBySig(terms, NEVER, signature);
    }

    function test_aSignatureForAnotherChainIsWorthless() public {
        bytes memory signature = _signAction(SARAS_KEY, id, "release");
        vm.chainId(8_453);
        vm.assertTrue(escrow.tradeIdOf(terms) != id);
        _fund(terms);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadSignature.selector, sara));
        escrow.releaseBySig(terms, NEVER, signature);
    }
}
