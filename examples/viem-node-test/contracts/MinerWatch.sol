// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

/// Writes down what a storage provider's miner actor has.
contract MinerWatch {
    address private constant CALL_ACTOR_BY_ID = 0xfe00000000000000000000000000000000000005;
    uint64 private constant GET_OWNER = 3275365574;

    mapping(uint64 miner => uint256) public seen;

    event Seen(uint64 indexed miner, uint256 balance);

    error ActorFailed(uint64 actor, int256 exitCode);
    error NothingEarned(uint64 miner);

    /// CBOR of the owner and the proposed owner, as the miner actor answers it.
    function ownerOf(uint64 miner) public returns (bytes memory) {
        (bool ok, bytes memory answer) = CALL_ACTOR_BY_ID.delegatecall(
            abi.encode(GET_OWNER, uint256(0), uint64(1), uint64(0), bytes(""), miner)
        );
        require(ok, "precompile failed");
        (int256 exitCode, , bytes memory owner) = abi.decode(answer, (int256, uint64, bytes));
        if (exitCode != 0) revert ActorFailed(miner, exitCode);
        return owner;
    }

    /// Records the balance. Reverts where it is no more than at the last time.
    function look(uint64 miner) external {
        ownerOf(miner);
        uint256 balance = address((uint160(0xff) << 152) | uint160(miner)).balance;
        if (balance <= seen[miner]) revert NothingEarned(miner);
        seen[miner] = balance;
        emit Seen(miner, balance);
    }
}
