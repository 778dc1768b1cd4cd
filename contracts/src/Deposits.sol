// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IPermit2} from "./IPermit2.sol";
import {Terms} from "./Terms.sol";
import {Trades} from "./Trades.sol";

/// @title Tokens on their way in
/// @dev However they come, `_openInTokens` before and `_checkArrived` after: exactly the agreed amount must have arrived,
/// whatever the token answers. The trade is written and told before, so a token that calls back finds it open already
/// and every door shut; if the tokens do not come, all of it is undone.
abstract contract Deposits is Trades {
    using SafeERC20 for IERC20;

    IPermit2 private constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);
    /// The end of the type that the seller signs: its last member is the trade id.
    string private constant WITNESS = "bytes32 tradeId)TokenPermissions(address token,uint256 amount)";

    function _openInTokens(Terms calldata terms) internal returns (bytes32 tradeId, uint256 before) {
        if (terms.token == ETH) revert WrongAsset();
        if (terms.token.code.length == 0) revert TokenHasNoCode();
        before = IERC20(terms.token).balanceOf(address(this));
        tradeId = _open(terms);
    }

    function _checkArrived(Terms calldata terms, uint256 before) internal view {
        if (IERC20(terms.token).balanceOf(address(this)) != before + terms.amount) revert WrongAmountReceived();
    }

    /// The seller must be the caller: an allowance says nothing about a trade.
    function _pull(Terms calldata terms) internal {
        IERC20(terms.token).safeTransferFrom(terms.seller, address(this), terms.amount);
    }

    /// Whoever saw the permit may have used it up already; then the allowance is there. If it is not, `_pull` says so.
    function _permit(Terms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s) internal {
        try IERC20Permit(terms.token).permit(terms.seller, address(this), terms.amount, deadline, v, r, s) {} catch {}
    }

    /// Consent is in the nonce, which is the trade id; the token itself lets nobody but the receiver use it.
    function _receive(Terms calldata terms, bytes32 tradeId, uint256 validBefore, uint8 v, bytes32 r, bytes32 s)
        internal
    {
        IERC3009(terms.token)
            .receiveWithAuthorization(terms.seller, address(this), terms.amount, 0, validBefore, tradeId, v, r, s);
    }

    /// Consent is in the witness, which is the trade id.
    function _transfer(Terms calldata terms, bytes32 tradeId, uint256 nonce, uint256 deadline, bytes calldata signature)
        internal
    {
        PERMIT2.permitWitnessTransferFrom(
            IPermit2.PermitTransferFrom(IPermit2.TokenPermissions(terms.token, terms.amount), nonce, deadline),
            IPermit2.SignatureTransferDetails(address(this), terms.amount),
            terms.seller,
            tradeId,
            WITNESS,
            signature
        );
    }
}
