// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../../src/IEscrow.sol";
import {ITransferHook} from "./Tokens.sol";

/// @dev Takes no coins until it is told to.
contract Refuser {
    bool private _open;

    function open() external {
        _open = true;
    }

    receive() external payable {
        require(_open, "closed");
    }

    function withdraw(IEscrow escrow, address asset, address to) external {
        escrow.withdraw(asset, to);
    }
}

/// @dev Burns whatever gas it is given.
contract GasBurner {
    receive() external payable {
        assembly {
            invalid()
        }
    }
}

/// @dev Answers with a megabyte, or as much of it as the gas pays for, to make its caller copy it.
contract Bomber {
    receive() external payable {
        assembly {
            return(0, 0x4000)
        }
    }
}

/// @dev Reverts with a large blob.
contract RevertBomber {
    receive() external payable {
        assembly {
            revert(0, 0x4000)
        }
    }
}

/// @dev A wallet that writes to storage when it receives coins, as smart accounts and vaults do.
contract Bookkeeper {
    uint256 public received;
    uint256 public payments;

    receive() external payable {
        received += msg.value;
        payments += 1;
    }
}

/// @dev Calls back into the escrow, with a call it was given, whenever coins or a hook reach it; keeps what came of it.
contract Reenterer is ITransferHook {
    address private immutable ESCROW;
    bytes private _call;
    uint256 public tries;
    bool public gotIn;
    bytes public answer;

    constructor(address escrow) {
        ESCROW = escrow;
    }

    function attackWith(bytes calldata call) external {
        _call = call;
    }

    function run(address target, uint256 value, bytes calldata call) external {
        (bool done, bytes memory why) = target.call{value: value}(call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(why, 0x20), mload(why))
            }
        }
    }

    receive() external payable {
        _attack();
    }

    function onTransfer() external {
        _attack();
    }

    function _attack() private {
        if (_call.length == 0) return;
        ++tries;
        (bool done, bytes memory why) = ESCROW.call(_call);
        gotIn = gotIn || done;
        answer = why;
    }
}
