// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {Actor} from "../contracts/lib/Actor.sol";
import {Cbor} from "../contracts/lib/Cbor.sol";

/// Lets tests call the libraries.
contract LibraryProbe {
    using Cbor for Cbor.Reader;

    function amountBytes(uint256 amount) external pure returns (bytes memory) {
        return Cbor.amountBytes(amount);
    }

    function idBytes(uint64 id) external pure returns (bytes memory) {
        return Cbor.idBytes(id);
    }

    function readAmount(bytes memory data) external pure returns (uint256) {
        return Cbor.reader(data).readAmount();
    }

    function readSignedAmount(bytes memory data) external pure returns (int256) {
        return Cbor.reader(data).readSignedAmount();
    }

    function readId(bytes memory data) external pure returns (uint64) {
        return Cbor.reader(data).readId();
    }

    function readUints(bytes memory data) external pure returns (uint256 sum) {
        Cbor.Reader memory r = Cbor.reader(data);
        uint256 count = r.readArray();
        for (uint256 i = 0; i < count; i++) if (!r.readNull()) sum += r.readUint();
    }

    function idOf(address account) external view returns (uint64) {
        return Actor.idOf(account);
    }

    function resolve(bytes memory filecoinAddress) external view returns (uint64) {
        return Actor.resolve(filecoinAddress);
    }

    function masked(uint64 id) external pure returns (address) {
        return Actor.masked(id);
    }

    function read(uint64 id, uint64 method) external view returns (bytes memory) {
        return Actor.read(id, method);
    }

    function call(uint64 id, uint64 method, bytes memory params) external returns (bytes memory) {
        return Actor.call(id, method, params);
    }

    function send(uint64 id, uint256 amount) external payable {
        Actor.send(id, amount);
    }
}
