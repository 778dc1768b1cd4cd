// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev A contract wallet that signs with its owner's key and can receive anything.
contract KeyWallet is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    receive() external payable {}

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return signer == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    /// Lets the wallet act on its own behalf.
    function run(address target, uint256 value, bytes calldata call) external {
        (bool done,) = target.call{value: value}(call);
        require(done, "refused");
    }
}

/// @dev A contract wallet that answers a signature check with anything it is told to.
contract AnsweringWallet {
    bytes private _answer;
    bool private _reverts;

    function answerWith(bytes calldata answer, bool reverts) external {
        _answer = answer;
        _reverts = reverts;
    }

    fallback() external {
        bytes memory answer = _answer;
        require(!_reverts, "no");
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @dev The code a delegated account points to: says yes to one digest, as a passkey wallet would, without knowing keys.
contract DelegateKnowing1271 is IERC1271 {
    bytes32 private immutable KNOWN;

    constructor(bytes32 known) {
        KNOWN = known;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == KNOWN ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @dev The code a delegated account points to when its author never heard of ERC-1271.
contract DelegateWithout1271 {
    receive() external payable {}
}

/// @dev Misbehaves, each in its own way, whatever it is asked.
contract BadJudge {
    enum Way {
        Reverts,
        BurnsItsGas,
        AnswersWithABomb,
        AnswersWithTheWrongWord
    }

    Way private immutable WAY;

    constructor(Way way) {
        WAY = way;
    }

    fallback() external {
        Way way = WAY;
        assembly {
            switch way
            case 0 { revert(0, 0x4000) }
            case 1 { invalid() }
            case 2 { return(0, 0x4000) }
            default {
                mstore(0, not(0))
                return(0, 0x20)
            }
        }
    }
}
