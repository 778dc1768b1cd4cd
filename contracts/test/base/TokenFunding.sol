// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DemoToken} from "../../src/demo/DemoToken.sol";
import {Terms} from "../../src/Terms.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @dev Sara holds coins of a token with signed transfers, and signs what lets the escrow take them. The digests are
/// written out here, from the texts of the standards.
abstract contract TokenFunding is EscrowTest {
    struct Signed {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    bytes32 internal constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 internal constant AUTHORIZATION = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 internal constant TOKEN_PERMISSIONS = keccak256("TokenPermissions(address token,uint256 amount)");
    bytes32 internal constant PERMIT2_WITNESS = keccak256(
        "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,bytes32 tradeId)TokenPermissions(address token,uint256 amount)"
    );

    address internal constant FACTORY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;
    uint256 internal constant LATER = START + 1 hours;

    DemoToken internal dollars;

    function setUp() public virtual override {
        super.setUp();
        dollars = new DemoToken();
        dollars.mint(sara, 100 ether);
    }

    function _dollarTerms() internal view returns (Terms memory terms) {
        terms = _ethTerms();
        terms.token = address(dollars);
    }

    function _signFor(uint256 key, bytes32 separator, bytes32 structHash) internal pure returns (Signed memory signed) {
        (signed.v, signed.r, signed.s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", separator, structHash)));
    }

    function _permit(uint256 key, uint256 amount, uint256 deadline) internal view returns (Signed memory) {
        address owner = vm.addr(key);
        bytes32 structHash =
            keccak256(abi.encode(PERMIT, owner, address(escrow), amount, dollars.nonces(owner), deadline));
        return _signFor(key, dollars.DOMAIN_SEPARATOR(), structHash);
    }

    function _authorize(uint256 key, uint256 amount, uint256 validBefore, bytes32 nonce)
        internal
        view
        returns (Signed memory)
    {
        bytes32 structHash =
            keccak256(abi.encode(AUTHORIZATION, vm.addr(key), address(escrow), amount, 0, validBefore, nonce));
        return _signFor(key, dollars.DOMAIN_SEPARATOR(), structHash);
    }

    // Permit2, made by its own creation code at the one address that code and salt can have

    function _deployPermit2() internal {
        string memory json = vm.readFile("test/vectors/permit2.json");
        vm.etch(
            FACTORY,
            hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
        );
        (bool made, bytes memory where) =
            FACTORY.call(bytes.concat(vm.parseJsonBytes32(json, ".salt"), vm.parseJsonBytes(json, ".initCode")));
        vm.assertTrue(made, "Permit2 was not deployed");
        vm.assertEq(address(bytes20(where)), PERMIT2);
        vm.prank(sara);
        dollars.approve(PERMIT2, type(uint256).max);
    }

    function _signPermit2(uint256 key, Terms memory terms, bytes32 witness, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 permitted = keccak256(abi.encode(TOKEN_PERMISSIONS, terms.token, terms.amount));
        bytes32 structHash =
            keccak256(abi.encode(PERMIT2_WITNESS, permitted, address(escrow), nonce, deadline, witness));
        Signed memory signed = _signFor(key, IPermit2Reader(PERMIT2).DOMAIN_SEPARATOR(), structHash);
        return abi.encodePacked(signed.r, signed.s, signed.v);
    }
}

interface IPermit2Reader {
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function invalidateUnorderedNonces(uint256 word, uint256 mask) external;
}
