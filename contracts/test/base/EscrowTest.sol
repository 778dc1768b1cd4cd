// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../../src/IEscrow.sol";
import {Status, Terms} from "../../src/Terms.sol";
import {PlainToken} from "./Tokens.sol";
import {Vm} from "./Vm.sol";

/// @dev Sara sells, Ben buys, Judy arbitrates, Mallory attacks, Fiona earns the fee.
abstract contract EscrowTest {
    /// forge runs the contracts that answer true.
    bool public constant IS_TEST = true;

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant SARAS_KEY = uint256(keccak256("sara"));
    uint256 internal constant BENS_KEY = uint256(keccak256("ben"));
    uint256 internal constant JUDYS_KEY = uint256(keccak256("judy"));
    uint256 internal constant MALLORYS_KEY = uint256(keccak256("mallory"));

    uint40 internal constant START = 1_800_000_000;
    /// The last second a signature can name.
    uint40 internal constant NEVER = type(uint40).max;
    address internal constant ETH = address(0);
    uint256 internal constant COINS = 1 ether;
    uint256 internal constant FEE = 0.01 ether;

    IEscrow internal escrow;
    PlainToken internal token;
    address internal sara;
    address internal ben;
    address internal judy;
    address internal mallory;
    address internal fiona = address(uint160(uint256(keccak256("fiona"))));

    function setUp() public virtual {
        vm.warp(START);
        escrow = _deploy();
        token = new PlainToken();
        sara = _actor("sara", SARAS_KEY);
        ben = _actor("ben", BENS_KEY);
        judy = _actor("judy", JUDYS_KEY);
        mallory = _actor("mallory", MALLORYS_KEY);
        vm.label(fiona, "fiona");
    }

    /// By name, not by `new`: so the tests know the interface alone, compile apart from the escrow, and in the release
    /// profile meet the bytes that ship.
    function _deploy() internal returns (IEscrow) {
        return IEscrow(vm.deployCode("Escrow.sol:Escrow"));
    }

    function _actor(string memory name, uint256 key) private returns (address account) {
        account = vm.addr(key);
        vm.label(account, name);
        vm.deal(account, 100 ether);
        token.mint(account, 100 ether);
        vm.prank(account);
        token.approve(address(escrow), type(uint256).max);
    }

    // Terms

    function _ethTerms() internal view returns (Terms memory) {
        return Terms({
            seller: sara,
            buyer: ben,
            token: ETH,
            amount: COINS,
            arbiter: judy,
            feeRecipient: fiona,
            feeBps: 100,
            payBy: START + 1 hours,
            confirmWindow: 2 hours,
            arbitrationWindow: 7 days,
            fallbackBuyerBps: 2_500,
            details: keccak256("500 EUR"),
            salt: 1
        });
    }

    function _tokenTerms() internal view returns (Terms memory terms) {
        terms = _ethTerms();
        terms.token = address(token);
    }

    // Bringing a trade into a status

    function _fund(Terms memory terms) internal returns (bytes32 id) {
        uint256 value = terms.token == ETH ? terms.amount : 0;
        vm.prank(terms.seller);
        return terms.token == ETH ? escrow.fundEth{value: value}(terms) : escrow.fund(terms);
    }

    function _pay(Terms memory terms) internal returns (bytes32 id) {
        id = _fund(terms);
        vm.prank(terms.buyer);
        escrow.markPaid(terms);
    }

    function _dispute(Terms memory terms) internal returns (bytes32 id) {
        id = _pay(terms);
        vm.prank(terms.buyer);
        escrow.dispute(terms);
    }

    /// Final statuses are reached the short way: `Resolved` by a ruling of one half.
    function _bringTo(Status status, Terms memory terms) internal returns (bytes32 id) {
        if (status == Status.None) return escrow.tradeIdOf(terms);
        if (status == Status.Paid) return _pay(terms);
        if (status == Status.Disputed) return _dispute(terms);
        if (status == Status.Resolved) {
            id = _dispute(terms);
            vm.prank(terms.arbiter);
            escrow.resolve(terms, 5_000, 1);
            return id;
        }
        id = _fund(terms);
        if (status == Status.Released) {
            vm.prank(terms.seller);
            escrow.release(terms);
        } else if (status == Status.Refunded) {
            vm.prank(terms.buyer);
            escrow.cancel(terms);
        }
    }

    // Signatures, written out a second time so that a slip in the contract's own hashing shows

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", escrow.domainSeparator(), structHash));
    }

    function _actionDigest(bytes32 id, string memory action, uint40 validUntil) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Action(bytes32 tradeId,string action,uint40 validUntil)");
        return _digest(keccak256(abi.encode(typeHash, id, keccak256(bytes(action)), validUntil)));
    }

    function _splitDigest(bytes32 id, uint16 buyerBps) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(keccak256("Split(bytes32 tradeId,uint16 buyerBps)"), id, buyerBps)));
    }

    function _rulingDigest(bytes32 id, uint16 buyerBps, uint16 reasonCode, uint40 validUntil)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Ruling(bytes32 tradeId,uint16 buyerBps,uint16 reasonCode,uint40 validUntil)");
        return _digest(keccak256(abi.encode(typeHash, id, buyerBps, reasonCode, validUntil)));
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _signAction(uint256 key, bytes32 id, string memory action) internal view returns (bytes memory) {
        return _sign(key, _actionDigest(id, action, NEVER));
    }

    // Looking

    function _assertTrade(bytes32 id, Status status, uint256 deadline) internal view {
        (Status status_, uint40 deadline_) = escrow.tradeOf(id);
        vm.assertEq(uint256(status_), uint256(status), "status");
        vm.assertEq(uint256(deadline_), deadline, "deadline");
    }

    function _balance(address asset, address account) internal view returns (uint256) {
        return asset == ETH ? account.balance : PlainToken(asset).balanceOf(account);
    }

    /// Every event test names the whole event: all topics, all data, this emitter.
    function _expectEvent() internal {
        vm.expectEmit(true, true, true, true, address(escrow));
    }

    function _expectWrongStatus(Status status) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongStatus.selector, status));
    }
}
