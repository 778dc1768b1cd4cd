// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DemoToken} from "../src/demo/DemoToken.sol";
import {Status, Terms} from "../src/Terms.sol";
import {EscrowTest} from "./base/EscrowTest.sol";

contract DemoTokenTest is EscrowTest {
    function test_playMoneyHasSixDecimalsAndItsName() public {
        DemoToken dollars = new DemoToken();
        vm.assertEq(dollars.name(), "Demo Dollar");
        vm.assertEq(dollars.symbol(), "DUSD");
        vm.assertEq(dollars.decimals(), 6);
        vm.assertEq(dollars.totalSupply(), 0);
    }

    function test_anyoneMintsPlayMoney() public {
        DemoToken dollars = new DemoToken();
        vm.prank(mallory);
        dollars.mint(ben, 5_000_000);
        vm.assertEq(dollars.balanceOf(ben), 5_000_000);
    }

    function test_playMoneyExistsOnTheLocalChainOnly() public {
        uint256[3] memory others = [uint256(1), 8_453, 31_338];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.chainId(others[i]);
            vm.expectRevert(DemoToken.OnlyOnTheLocalChain.selector);
            new DemoToken();
        }
    }

    function test_playMoneyIsTraded() public {
        DemoToken dollars = new DemoToken();
        dollars.mint(sara, 250_000_000);
        vm.prank(sara);
        dollars.approve(address(escrow), 250_000_000);
        Terms memory terms = _ethTerms();
        terms.token = address(dollars);
        terms.amount = 250_000_000;
        _bringTo(Status.Released, terms);
        vm.assertEq(dollars.balanceOf(ben), 247_500_000);
        vm.assertEq(escrow.creditOf(fiona, address(dollars)), 2_500_000);
    }
}
