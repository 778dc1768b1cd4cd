// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev An honest token that anyone may mint.
contract PlainToken is ERC20("Plain", "PLN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @dev Blocks accounts, as the large stablecoins do.
contract BlockingToken is PlainToken {
    mapping(address account => bool) public blocked;

    function setBlocked(address account, bool on) external {
        blocked[account] = on;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blocked[from] && !blocked[to], "blocked");
        super._update(from, to, value);
    }
}

/// @dev Destroys a part of each transfer once a fee is set.
contract TaxingToken is PlainToken {
    uint256 public taxBps;

    function setTax(uint256 bps) external {
        taxBps = bps;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && taxBps != 0) super._update(to, address(0), value * taxBps / 10_000);
    }
}

/// @dev Gives every receiver a present on top.
contract GenerousToken is PlainToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0)) super._update(address(0), to, 1);
    }
}

/// @dev Moves coins but answers nothing, like the first large stablecoin.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @dev Takes coins honestly, then answers a transfer with whatever it was told to.
contract AnsweringToken is PlainToken {
    bytes private _answer;
    bool private _answering;

    function answerWith(bytes calldata answer) external {
        _answer = answer;
        _answering = true;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (!_answering) return super.transfer(to, amount);
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @dev Answers false instead of reverting when it does not want to move coins.
contract RefusingToken is PlainToken {
    bool public refusing;

    function setRefusing(bool on) external {
        refusing = on;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !refusing && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !refusing && super.transferFrom(from, to, amount);
    }
}

/// @dev Calls whoever asked for it in the middle of a transfer, as ERC-777 does.
contract HookToken is PlainToken {
    mapping(address account => bool) public hooked;

    function setHook(address account, bool on) external {
        hooked[account] = on;
    }

    function _update(address from, address to, uint256 value) internal override {
        _call(from);
        super._update(from, to, value);
        _call(to);
    }

    function _call(address account) private {
        if (hooked[account]) ITransferHook(account).onTransfer();
    }
}

interface ITransferHook {
    function onTransfer() external;
}
