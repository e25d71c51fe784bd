// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {MinerWatch} from "../src/MinerWatch.sol";

interface Vm {
    function startBroadcast() external;

    function stopBroadcast() external;
}

/// Deploys the watch. What forge runs here runs in forge's own EVM first, which has no Filecoin precompiles: so no call in this
/// script may reach one.
contract Watch {
    Vm private constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function run() external returns (MinerWatch watch) {
        VM.startBroadcast();
        watch = new MinerWatch();
        VM.stopBroadcast();
    }
}
