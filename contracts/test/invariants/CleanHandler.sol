// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../../src/IEscrow.sol";
import {Status, Terms} from "../../src/Terms.sol";
import {Market} from "./Market.sol";

/// @dev Does only what the table allows, so that nothing may ever revert: each act looks for a trade that it fits.
contract CleanHandler is Market {
    uint256 private constant FUNDED = 1 << uint256(Status.Funded);
    uint256 private constant PAID = 1 << uint256(Status.Paid);
    uint256 private constant DISPUTED = 1 << uint256(Status.Disputed);
    uint256 private constant OPEN = FUNDED | PAID | DISPUTED;

    function fund(uint256 seed) external {
        Terms memory terms = _newTerms(seed);
        if (terms.token == address(blocking)) {
            if (blocking.blocked(terms.seller) || blocking.blocked(address(escrow))) return;
        }
        entries.push(Entry(terms, escrow.tradeIdOf(terms), Status.None, 0, 0, 0));
        bool eth = terms.token == ETH;
        bytes memory call = eth ? abi.encodeCall(IEscrow.fundEth, (terms)) : abi.encodeCall(IEscrow.fund, (terms));
        _act(entries.length - 1, terms.seller, eth ? terms.amount : 0, call);
    }

    function markPaid(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, FUNDED, false);
        if (found) _act(i, entries[i].terms.buyer, 0, abi.encodeCall(IEscrow.markPaid, (entries[i].terms)));
    }

    function release(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, OPEN, seed % 2 == 0);
        if (found) _act(i, entries[i].terms.seller, 0, abi.encodeCall(IEscrow.release, (entries[i].terms)));
    }

    function releaseBySignature(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, OPEN, seed % 2 == 0);
        if (!found || entries[i].terms.seller != sara) return;
        bytes memory signature = _signAction(SARAS_KEY, entries[i].id, "release");
        _act(i, mallory, 0, abi.encodeCall(IEscrow.releaseBySig, (entries[i].terms, NEVER, signature)));
    }

    function cancel(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, OPEN, seed % 2 == 0);
        if (found) _act(i, entries[i].terms.buyer, 0, abi.encodeCall(IEscrow.cancel, (entries[i].terms)));
    }

    function settle(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, OPEN, seed % 2 == 0);
        Terms memory terms = found ? entries[i].terms : _ethTerms();
        if (!found || terms.seller != sara || terms.buyer != ben) return;
        uint16 bps = uint16(seed % 10_001);
        bytes32 digest = _splitDigest(entries[i].id, bps);
        bytes memory call =
            abi.encodeCall(IEscrow.settle, (terms, bps, _sign(SARAS_KEY, digest), _sign(BENS_KEY, digest)));
        _act(i, mallory, 0, call);
    }

    function refundExpired(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, FUNDED, true);
        if (found) _act(i, mallory, 0, abi.encodeCall(IEscrow.refundExpired, (entries[i].terms)));
    }

    function dispute(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, PAID, seed % 3 == 0);
        if (!found) return;
        Terms memory terms = entries[i].terms;
        _act(i, seed % 2 == 0 ? terms.buyer : terms.seller, 0, abi.encodeCall(IEscrow.dispute, (terms)));
    }

    function escalate(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, PAID, true);
        if (found) _act(i, mallory, 0, abi.encodeCall(IEscrow.escalate, (entries[i].terms)));
    }

    function resolve(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, DISPUTED, false);
        if (!found) return;
        bytes memory call = abi.encodeCall(IEscrow.resolve, (entries[i].terms, uint16(seed % 10_001), uint16(seed)));
        _act(i, judy, 0, call);
    }

    function resolveExpired(uint256 seed) external {
        (bool found, uint256 i) = _find(seed, DISPUTED, true);
        if (found) _act(i, mallory, 0, abi.encodeCall(IEscrow.resolveExpired, (entries[i].terms)));
    }

    function withdraw(uint256 seed) external {
        address account = _people()[seed % 7];
        address asset = _assets()[seed % 3];
        address to = seed % 2 == 0 ? account : address(uint160(0xBEEF));
        _takeOut(account, account, asset, abi.encodeCall(IEscrow.withdraw, (asset, to)));
    }

    function withdrawFor(uint256 seed) external {
        address account = _people()[seed % 7];
        address asset = _assets()[seed % 3];
        _takeOut(mallory, account, asset, abi.encodeCall(IEscrow.withdrawFor, (account, asset)));
    }

    function changeMoods(uint256 seed) external {
        if (seed % 3 == 0) moodySeller.turn();
        if (seed % 3 == 1) moodyBuyer.turn();
        address whom = seed % 5 == 0 ? address(escrow) : _people()[seed % 7];
        blocking.setBlocked(whom, !blocking.blocked(whom));
    }

    function donate(uint256 seed) external {
        address asset = _assets()[seed % 3];
        uint256 amount = seed % 1 ether;
        if (asset == ETH) vm.deal(address(escrow), address(escrow).balance + amount);
        else if (asset == address(token)) token.mint(address(escrow), amount);
        else return;
        donated[asset] += amount;
    }

    function pass(uint256 seed) external {
        vm.warp(block.timestamp + seed % 6 hours);
    }

    function passLong(uint256 seed) external {
        vm.warp(block.timestamp + seed % 3 days);
    }
}
