// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IEscrow} from "./IEscrow.sol";

/// @title Coins on their way out
/// @dev Everything that leaves the escrow leaves through `_send`. A payout that fails becomes a credit, so that no receiver
/// can hold up a trade; fees are credits from the start, so that a fee recipient is never called at all.
abstract contract Payouts {
    /// Stands for the chain's native coin wherever a token's address is asked for.
    address internal constant ETH = address(0);

    /// Gas a receiver of native coin gets: enough for a contract wallet to log and write, too little to hurt.
    uint256 private constant ETH_GAS = 60_000;
    /// Gas a token gets for one transfer.
    uint256 private constant TOKEN_GAS = 150_000;
    /// Gas that sending takes beside that: a cold account, a value, a new account, and some to spare.
    uint256 private constant SENDING_GAS = 40_000;

    mapping(address account => mapping(address token => uint256)) internal _credits;

    function _credit(address account, address token, uint256 amount) internal {
        if (amount != 0) _credits[account][token] += amount;
    }

    /// A call passes on at most 63/64 of the gas that is left, and says nothing if that is less than was asked for. Without
    /// the check of what is left, the caller would choose who is paid and who gets a credit.
    function _pay(bytes32 tradeId, address to, address token, uint256 amount) internal {
        if (amount == 0) return;
        uint256 gasForReceiver = token == ETH ? ETH_GAS : TOKEN_GAS;
        if (gasleft() < gasForReceiver + gasForReceiver / 63 + SENDING_GAS) revert IEscrow.TooLittleGas();
        if (_send(to, token, amount, gasForReceiver)) return;
        _credit(to, token, amount);
        emit IEscrow.Credited(tradeId, to, token, amount);
    }

    function _withdraw(address account, address token, address to) internal returns (uint256 amount) {
        if (to == address(0) || to == address(this)) revert IEscrow.BadReceiver();
        amount = _credits[account][token];
        if (amount == 0) revert IEscrow.NothingToWithdraw();
        _credits[account][token] = 0;
        emit IEscrow.Withdrawn(account, token, to, amount);
        if (!_send(to, token, amount, gasleft())) revert IEscrow.TransferFailed();
    }

    /// Copies no more than one word of what a receiver answers, so that a long answer costs nobody else. A token may answer
    /// true, or nothing as long as there is a contract at all; anything else is a refusal.
    function _send(address to, address token, uint256 amount, uint256 gasLimit) private returns (bool sent) {
        if (token == ETH) {
            assembly ("memory-safe") {
                sent := call(gasLimit, to, amount, 0, 0, 0, 0)
            }
            return sent;
        }
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, amount));
        assembly ("memory-safe") {
            sent := call(gasLimit, token, 0, add(data, 0x20), mload(data), 0, 0x20)
            switch returndatasize()
            case 0 { sent := and(sent, gt(extcodesize(token), 0)) }
            default { sent := and(sent, and(gt(returndatasize(), 0x1f), eq(mload(0), 1))) }
        }
    }
}
