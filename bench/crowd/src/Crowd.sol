// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "escrow/IEscrow.sol";
import {Terms} from "escrow/Terms.sol";

/// @notice One account of the crowd: does what the crowd tells it.
contract Person {
    address private immutable CROWD = msg.sender;

    receive() external payable {}

    function act(address target, uint256 value, bytes calldata data) external {
        require(msg.sender == CROWD, "not yours");
        (bool done,) = target.call{value: value}(data);
        require(done, "refused");
    }
}

/// @notice Many people who trade with each other in one transaction, so that a bench has a full chain soon.
contract Crowd {
    Person[] private people;

    receive() external payable {}

    function gather(uint256 count) external payable {
        for (uint256 i = 0; i < count; i++) {
            Person person = new Person();
            people.push(person);
            (bool done,) = address(person).call{value: msg.value / count}("");
            require(done, "refused");
        }
    }

    /// @notice Trades number `first` to `first + count - 1` run from funding to release: three events each.
    function trade(IEscrow escrow, uint256 first, uint256 count) external {
        for (uint256 i = first; i < first + count; i++) {
            Person seller = people[i % people.length];
            Person buyer = people[(i * 7 + 1 + i % people.length) % people.length];
            if (address(seller) == address(buyer)) buyer = people[(i + 1) % people.length];
            Terms memory terms = Terms({
                seller: address(seller),
                buyer: address(buyer),
                token: address(0),
                amount: 1 gwei + i,
                arbiter: address(this),
                feeRecipient: address(this),
                feeBps: 50,
                payBy: uint40(block.timestamp + 1 hours),
                confirmWindow: 1 hours,
                arbitrationWindow: 7 days,
                fallbackBuyerBps: 5000,
                details: keccak256(abi.encode(i)),
                salt: i
            });
            seller.act(address(escrow), terms.amount, abi.encodeCall(IEscrow.fundEth, (terms)));
            buyer.act(address(escrow), 0, abi.encodeCall(IEscrow.markPaid, (terms)));
            seller.act(address(escrow), 0, abi.encodeCall(IEscrow.release, (terms)));
        }
    }
}
