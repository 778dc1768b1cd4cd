// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A price feed for tests
/// @notice Answers like an aggregator, with whatever it was told last. Built by the tests, never deployed for real.
contract Aggregator {
    struct Round {
        uint80 roundId;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint80 answeredInRound;
    }

    uint8 public decimals;
    Round public latestRoundData;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function tell(int256 answer, uint256 updatedAt, uint80 roundId, uint80 answeredInRound) external {
        latestRoundData = Round(roundId, answer, updatedAt, updatedAt, answeredInRound);
    }
}
