// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

/// Reaches any address by every kind of call, and says what came back.
contract Probe {
    receive() external payable {}

    function byCall(address to, uint256 value, bytes calldata data) external returns (bool, bytes memory) {
        return to.call{value: value}(data);
    }

    function byStaticCall(address to, bytes calldata data) external view returns (bool, bytes memory) {
        return to.staticcall(data);
    }

    function byDelegateCall(address to, bytes calldata data) public returns (bool, bytes memory) {
        return to.delegatecall(data);
    }

    /// A call to an actor from a frame in which nothing may change.
    function readOnly(address to, bytes calldata data) external view returns (bool, bytes memory) {
        (bool ok, bytes memory answer) = address(this).staticcall(abi.encodeCall(this.byDelegateCall, (to, data)));
        require(ok, "frame");
        return abi.decode(answer, (bool, bytes));
    }

    function code(address of_) external view returns (uint256 size, bytes32 hash, bytes memory bytes_) {
        return (of_.code.length, of_.codehash, of_.code);
    }
}
