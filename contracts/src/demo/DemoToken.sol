// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

/// @title Demo Dollar
/// @notice Play money with six decimals that everybody may mint, with the signed transfers that the large stablecoins have
/// (EIP-2612, ERC-3009). It can only be deployed on the local chain.
contract DemoToken is ERC20, ERC20Permit, ERC3009 {
    /// @notice Thrown when somebody deploys play money on a chain where it could be taken for real.
    error OnlyOnTheLocalChain();

    uint256 private constant LOCAL_CHAIN = 31_337;

    constructor() ERC20("Demo Dollar", "DUSD") ERC20Permit("Demo Dollar") {
        if (block.chainid != LOCAL_CHAIN) revert OnlyOnTheLocalChain();
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @param amount Base units: one Demo Dollar is 1,000,000.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
