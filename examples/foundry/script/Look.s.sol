// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {MinerWatch} from "../src/MinerWatch.sol";

interface Vm {
    function etch(address target, bytes calldata code) external;

    function rpc(string calldata method, string calldata params) external returns (bytes memory);

    function startBroadcast() external;

    function stopBroadcast() external;
}

/// Answers every call to an actor with an owner, so that forge gets past the precompile in its own run of a script.
contract PrecompileStandIn {
    fallback(bytes calldata) external returns (bytes memory) {
        return abi.encode(int256(0), uint64(0x51), bytes(hex"824300e807f6"));
    }
}

/// Has a watch look at a miner. `plain` runs into what forge cannot do; `standIn` gets around it: the transaction that is broadcast
/// is executed by the devnet, where the precompile is real.
contract Look {
    Vm private constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    address private constant CALL_ACTOR_BY_ID = 0xfe00000000000000000000000000000000000005;

    function plain(MinerWatch watch, uint64 miner) public {
        VM.startBroadcast();
        watch.look(miner);
        VM.stopBroadcast();
    }

    function standIn(MinerWatch watch, uint64 miner) external {
        VM.etch(CALL_ACTOR_BY_ID, type(PrecompileStandIn).runtimeCode);
        plain(watch, miner);
    }

    /// What only the devnet can answer is asked of the devnet.
    function head() external returns (bytes memory) {
        return VM.rpc("eth_blockNumber", "[]");
    }
}
