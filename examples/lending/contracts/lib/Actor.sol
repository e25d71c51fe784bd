// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

/// Calls to Filecoin's builtin actors by their ids, and the addresses of actors.
library Actor {
    address private constant RESOLVE_ADDRESS = 0xFE00000000000000000000000000000000000001;
    address private constant CALL_BY_ID = 0xfe00000000000000000000000000000000000005;

    uint64 private constant SEND = 0;
    uint256 private constant READ_ONLY = 1;
    uint256 private constant NO_CODEC = 0;
    uint256 private constant CBOR = 0x51;

    /// `exitCode` is the actor's; below zero it is minus the number of a system error.
    error ActorFailed(uint64 actor, uint64 method, int256 exitCode);
    error PrecompileFailed(address precompile);
    error NoSuchActor(bytes filecoinAddress);

    /// What the method returns, as CBOR. @param params CBOR, or nothing.
    function call(
        uint64 id,
        uint64 method,
        bytes memory params
    ) internal returns (bytes memory) {
        return _call(id, method, 0, 0, params);
    }

    /// As `call`, where state may not change.
    function read(uint64 id, uint64 method) internal view returns (bytes memory) {
        // The precompile answers DELEGATECALL alone, which the compiler lets no view function do.
        function(uint64, uint64) internal returns (bytes memory) writes = _read;
        function(uint64, uint64) internal view returns (bytes memory) reads;
        assembly {
            reads := writes
        }
        return reads(id, method);
    }

    /// Moves FIL to any actor. No code of the receiver runs.
    function send(uint64 id, uint256 amount) internal {
        _call(id, SEND, amount, 0, "");
    }

    /// The 20 bytes that stand for an actor by its id: `BALANCE` of them is the actor's.
    function masked(uint64 id) internal pure returns (address) {
        return address((uint160(0xff) << 152) | uint160(id));
    }

    /// Id of an account or a contract.
    function idOf(address account) internal view returns (uint64) {
        uint160 bits = uint160(account);
        if (bits >> 64 == uint160(0xff) << 88) return uint64(bits);
        return resolve(abi.encodePacked(hex"040a", account));
    }

    /// Id behind the bytes of a Filecoin address.
    function resolve(bytes memory filecoinAddress) internal view returns (uint64) {
        (bool ok, bytes memory answer) = RESOLVE_ADDRESS.staticcall(filecoinAddress);
        if (!ok) revert PrecompileFailed(RESOLVE_ADDRESS);
        if (answer.length == 0) revert NoSuchActor(filecoinAddress);
        return uint64(abi.decode(answer, (uint256)));
    }

    function _read(uint64 id, uint64 method) private returns (bytes memory) {
        return _call(id, method, 0, READ_ONLY, "");
    }

    function _call(
        uint64 id,
        uint64 method,
        uint256 value,
        uint256 flags,
        bytes memory params
    ) private returns (bytes memory) {
        uint256 codec = params.length == 0 ? NO_CODEC : CBOR;
        (bool ok, bytes memory answer) = CALL_BY_ID.delegatecall(
            abi.encode(method, value, flags, codec, params, id)
        );
        if (!ok) revert PrecompileFailed(CALL_BY_ID);
        (int256 exitCode, , bytes memory returned) = abi.decode(answer, (int256, uint64, bytes));
        if (exitCode != 0) revert ActorFailed(id, method, exitCode);
        return returned;
    }
}
