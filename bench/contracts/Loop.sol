// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

/// Computes, and does nothing else: checked arithmetic, memory, and a hash now and then.
contract Loop {
    function run(uint256 rounds) external pure returns (uint256 sum) {
        uint256[16] memory cells;
        for (uint256 i = 0; i < rounds; i++) {
            uint256 at = (i * 7 + sum) % 16;
            cells[at] += i ^ (sum >> 3);
            sum = (sum + cells[at] * 31) % 1_000_003;
            if (i % 64 == 0) sum ^= uint256(keccak256(abi.encode(sum, i))) % 1024;
        }
    }
}
