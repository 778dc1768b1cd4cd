// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Demo Dollar
/// @notice Play money with six decimals that everybody may mint. It can only be deployed on the local chain.
contract DemoToken is ERC20 {
    /// @notice Thrown when somebody deploys play money on a chain where it could be taken for real.
    error OnlyOnTheLocalChain();

    uint256 private constant LOCAL_CHAIN = 31_337;

    constructor() ERC20("Demo Dollar", "DUSD") {
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
