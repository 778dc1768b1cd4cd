// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../../src/IEscrow.sol";
import {Status, Terms} from "../../src/Terms.sol";
import {EscrowTest} from "../base/EscrowTest.sol";
import {BlockingToken, PlainToken} from "../base/Tokens.sol";

/// @dev Takes native coin, or does not, as it pleases.
contract Moody {
    bool public shut;

    function turn() external {
        shut = !shut;
    }

    receive() external payable {
        require(!shut, "not today");
    }
}

/// @dev Many trades in three assets between people of whom some refuse to be paid, and books of our own beside the
/// escrow's. Whatever does not agree is remembered in `broken`, for the invariants to find.
abstract contract Market is EscrowTest {
    struct Entry {
        Terms terms;
        bytes32 id;
        Status status;
        uint256 toBuyer;
        uint256 toSeller;
        uint256 fee;
    }

    Entry[] internal entries;
    BlockingToken internal blocking;
    Moody internal moodySeller;
    Moody internal moodyBuyer;
    mapping(address asset => uint256) internal donated;
    mapping(address account => mapping(address asset => uint256)) internal creditSeen;

    string public broken;
    /// How often each status was entered: a run that reaches nothing proves nothing.
    uint256[7] public reached;

    function setUp() public override {
        super.setUp();
        blocking = new BlockingToken();
        moodySeller = new Moody();
        moodyBuyer = new Moody();
        address[2] memory sellers = [sara, address(moodySeller)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.deal(sellers[i], type(uint128).max);
            token.mint(sellers[i], type(uint128).max);
            blocking.mint(sellers[i], type(uint128).max);
            vm.startPrank(sellers[i]);
            token.approve(address(escrow), type(uint256).max);
            blocking.approve(address(escrow), type(uint256).max);
            vm.stopPrank();
        }
    }

    function _assets() internal view returns (address[3] memory) {
        return [ETH, address(token), address(blocking)];
    }

    function _people() internal view returns (address[7] memory) {
        return [sara, ben, judy, mallory, fiona, address(moodySeller), address(moodyBuyer)];
    }

    function _newTerms(uint256 seed) internal view returns (Terms memory terms) {
        terms = _ethTerms();
        terms.token = _assets()[seed % 3];
        terms.seller = seed % 5 == 0 ? address(moodySeller) : sara;
        terms.buyer = seed % 7 < 3 ? address(moodyBuyer) : ben;
        terms.amount = seed % 11 == 0 ? 1 + seed % 10 : 1 + seed % 1e30;
        terms.feeBps = uint16(seed % 101);
        terms.payBy = uint40(block.timestamp + 1 + seed % 2 hours);
        terms.confirmWindow = uint40(1 minutes + seed % 2 hours);
        terms.arbitrationWindow = uint40(1 days + seed % 2 days);
        terms.fallbackBuyerBps = uint16(seed % 10_001);
        terms.salt = entries.length;
    }

    /// Finds a trade in one of the statuses (one bit each), whose deadline has passed or not as is asked.
    function _find(uint256 seed, uint256 statuses, bool late) internal view returns (bool found, uint256 i) {
        for (uint256 j = 0; j < entries.length; ++j) {
            i = (seed % entries.length + j) % entries.length;
            (Status status, uint40 deadline) = escrow.tradeOf(entries[i].id);
            if (statuses >> uint8(status) & 1 == 1 && late == (block.timestamp > deadline)) return (true, i);
        }
    }

    function _remember(bool right, string memory what) internal {
        if (!right && bytes(broken).length == 0) broken = what;
    }

    function _worth(address asset, address account) internal view returns (uint256) {
        return _balance(asset, account) + escrow.creditOf(account, asset);
    }

    /// Makes one call about one trade and books what came of it. Reverts if the call does.
    function _act(uint256 i, address by, uint256 value, bytes memory call) internal {
        Entry storage entry = entries[i];
        Terms memory terms = entry.terms;
        uint256[5] memory before = _worths(terms, by);
        vm.prank(by);
        (bool done, bytes memory why) = address(escrow).call{value: value}(call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(why, 0x20), mload(why))
            }
        }
        uint256[5] memory later = _worths(terms, by);
        (Status status,) = escrow.tradeOf(entry.id);
        _remember(_follows(entry.status, status), "a status the table does not lead to");
        if (entry.status == Status.None) {
            _remember(before[1] - later[1] == terms.amount, "the seller gave another amount");
        } else {
            entry.toBuyer += later[0] - before[0];
            entry.toSeller += later[1] - before[1];
            entry.fee += later[2] - before[2];
        }
        _remember(later[3] == before[3], "the arbiter's worth changed");
        if (by != terms.buyer && by != terms.seller && by != terms.feeRecipient) {
            _remember(later[4] == before[4], "the caller's worth changed");
        }
        entry.status = status;
        ++reached[uint8(status)];
        _noteCredits();
    }

    function _worths(Terms memory terms, address by) private view returns (uint256[5] memory) {
        return [
            _worth(terms.token, terms.buyer),
            _worth(terms.token, terms.seller),
            _worth(terms.token, terms.feeRecipient),
            _worth(terms.token, terms.arbiter),
            _worth(terms.token, by)
        ];
    }

    /// The table, as a relation: evidence leaves a status as it is, everything else moves it on.
    function _follows(Status from, Status to) private pure returns (bool) {
        if (from == to) return from != Status.None;
        if (from == Status.None) return to == Status.Funded;
        if (from == Status.Funded) return to != Status.None && to != Status.Disputed;
        if (from == Status.Paid) return to > Status.Paid;
        return from == Status.Disputed && to > Status.Disputed;
    }

    /// Credits may have grown through a trade; nothing but a withdrawal may make them less.
    function _noteCredits() internal {
        address[7] memory people = _people();
        address[3] memory assets = _assets();
        for (uint256 i = 0; i < 7; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                uint256 credit = escrow.creditOf(people[i], assets[j]);
                _remember(credit >= creditSeen[people[i]][assets[j]], "a credit fell without a withdrawal");
                creditSeen[people[i]][assets[j]] = credit;
            }
        }
    }

    function _takeOut(address by, address account, address asset, bytes memory call) internal {
        uint256 credit = escrow.creditOf(account, asset);
        uint256 worth = _worth(asset, account);
        vm.prank(by);
        (bool done,) = address(escrow).call(call);
        if (done) {
            _remember(escrow.creditOf(account, asset) == 0 && credit != 0, "a withdrawal left something");
            _remember(by == account || _worth(asset, account) == worth, "somebody else withdrew elsewhere");
            creditSeen[account][asset] = 0;
        }
        _noteCredits();
    }

    // What the invariants look at

    function count() external view returns (uint256) {
        return entries.length;
    }

    function entryAt(uint256 i) external view returns (Entry memory) {
        return entries[i];
    }

    /// What the escrow should hold in an asset: open trades, credits, and what was given to it by mistake.
    function owed(address asset) public view returns (uint256 sum) {
        for (uint256 i = 0; i < entries.length; ++i) {
            Status status = entries[i].status;
            if (status >= Status.Funded && status <= Status.Disputed && entries[i].terms.token == asset) {
                sum += entries[i].terms.amount;
            }
        }
        address[7] memory people = _people();
        for (uint256 i = 0; i < 7; ++i) {
            sum += escrow.creditOf(people[i], asset);
        }
        sum += donated[asset];
    }

    function held(address asset) external view returns (uint256) {
        return _balance(asset, address(escrow));
    }

    function assetAt(uint256 i) external view returns (address) {
        return _assets()[i];
    }

    function contractsStatus(uint256 i) external view returns (Status status) {
        (status,) = escrow.tradeOf(entries[i].id);
    }

    /// Time passes and a stranger ends everything, whatever the receivers think of it.
    function endEverything() external {
        for (uint256 round = 0; round < 3; ++round) {
            vm.warp(block.timestamp + 400 days);
            for (uint256 i = 0; i < entries.length; ++i) {
                (Status status,) = escrow.tradeOf(entries[i].id);
                vm.prank(mallory);
                if (status == Status.Funded) escrow.refundExpired(entries[i].terms);
                else if (status == Status.Paid) escrow.escalate(entries[i].terms);
                else if (status == Status.Disputed) escrow.resolveExpired(entries[i].terms);
                else vm.stopPrank();
            }
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            (Status status,) = escrow.tradeOf(entries[i].id);
            _remember(status > Status.Disputed, "a trade could not be ended");
            entries[i].status = status;
        }
    }
}
