// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/IEscrow.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

/// @dev The typed-data vectors that Python and the browser read too, made by another implementation of EIP-712. The
/// escrow's own code is put on the chain and at the address that each case names.
contract VectorsTest is EscrowTest {
    string internal json;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("test/vectors/eip712.json");
    }

    function test_theEscrowReproducesEveryVector() public {
        uint256 count;
        while (vm.keyExistsJson(json, _case(count, ""))) {
            _check(count);
            ++count;
        }
        vm.assertEq(count, 7);
    }

    function _check(uint256 i) internal {
        _settleIn(i);
        bytes32 id = _hash(i, ".trade_id");
        vm.assertEq(escrow.domainSeparator(), _hash(i, ".domain_separator"), "domain separator");
        vm.assertEq(escrow.tradeIdOf(_terms(i)), id, "trade id");
        string[4] memory actions = ["mark_paid", "release", "cancel", "dispute"];
        for (uint256 j = 0; j < actions.length; ++j) {
            string memory path = string.concat(".actions.", actions[j]);
            uint40 validUntil = uint40(_uint(i, string.concat(path, ".valid_until")));
            vm.assertEq(_actionDigest(id, actions[j], validUntil), _hash(i, string.concat(path, ".digest")), actions[j]);
        }
        vm.assertEq(_splitDigest(id, uint16(_uint(i, ".split.buyer_bps"))), _hash(i, ".split.digest"), "split");
        bytes32 ruling = _rulingDigest(
            id,
            uint16(_uint(i, ".ruling.buyer_bps")),
            uint16(_uint(i, ".ruling.reason_code")),
            uint40(_uint(i, ".ruling.valid_until"))
        );
        vm.assertEq(ruling, _hash(i, ".ruling.digest"), "ruling");
    }

    /// The digests of the first case, signed as they stand in the file, move a real trade: the file, not these tests'
    /// own hashing, is what the contract agrees with.
    function test_theEscrowActsOnSignaturesOverTheVectors() public {
        _settleIn(0);
        Terms memory terms = _terms(0);
        bytes32 id = _fund(terms);
        uint40 validUntil = uint40(_uint(0, ".actions.release.valid_until"));
        uint256 funded = vm.snapshotState();
        escrow.releaseBySig(terms, validUntil, _sign(SARAS_KEY, _hash(0, ".actions.release.digest")));
        _assertTrade(id, Status.Released, 0);
        vm.revertToState(funded);
        escrow.cancelBySig(terms, validUntil, _sign(BENS_KEY, _hash(0, ".actions.cancel.digest")));
        _assertTrade(id, Status.Refunded, 0);
        vm.revertToState(funded);
        bytes32 split = _hash(0, ".split.digest");
        escrow.settle(terms, uint16(_uint(0, ".split.buyer_bps")), _sign(SARAS_KEY, split), _sign(BENS_KEY, split));
        _assertTrade(id, Status.Resolved, 0);
        vm.revertToState(funded);
        escrow.markPaidBySig(terms, validUntil, _sign(BENS_KEY, _hash(0, ".actions.mark_paid.digest")));
        escrow.disputeBySig(terms, ben, validUntil, _sign(BENS_KEY, _hash(0, ".actions.dispute.digest")));
        escrow.resolveBySig(
            terms,
            uint16(_uint(0, ".ruling.buyer_bps")),
            uint16(_uint(0, ".ruling.reason_code")),
            uint40(_uint(0, ".ruling.valid_until")),
            _sign(JUDYS_KEY, _hash(0, ".ruling.digest"))
        );
        _assertTrade(id, Status.Resolved, 0);
    }

    function _settleIn(uint256 i) internal {
        vm.chainId(_uint(i, ".domain.chainId"));
        address home = _address(i, ".domain.verifyingContract");
        vm.etch(home, address(escrow).code);
        escrow = IEscrow(home);
    }

    function _terms(uint256 i) internal view returns (Terms memory) {
        return Terms({
            seller: _address(i, ".terms.seller"),
            buyer: _address(i, ".terms.buyer"),
            token: _address(i, ".terms.token"),
            amount: _uint(i, ".terms.amount"),
            arbiter: _address(i, ".terms.arbiter"),
            feeRecipient: _address(i, ".terms.feeRecipient"),
            feeBps: uint16(_uint(i, ".terms.feeBps")),
            payBy: uint40(_uint(i, ".terms.payBy")),
            confirmWindow: uint40(_uint(i, ".terms.confirmWindow")),
            arbitrationWindow: uint40(_uint(i, ".terms.arbitrationWindow")),
            fallbackBuyerBps: uint16(_uint(i, ".terms.fallbackBuyerBps")),
            details: _hash(i, ".terms.details"),
            salt: _uint(i, ".terms.salt")
        });
    }

    function _case(uint256 i, string memory key) internal pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "]", key);
    }

    function _uint(uint256 i, string memory key) internal view returns (uint256) {
        return vm.parseJsonUint(json, _case(i, key));
    }

    function _address(uint256 i, string memory key) internal view returns (address) {
        return vm.parseJsonAddress(json, _case(i, key));
    }

    function _hash(uint256 i, string memory key) internal view returns (bytes32) {
        return vm.parseJsonBytes32(json, _case(i, key));
    }
}
