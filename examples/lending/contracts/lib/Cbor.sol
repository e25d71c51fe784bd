// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

/// The little CBOR that calls to miners need.
library Cbor {
    uint8 private constant UNSIGNED = 0;
    uint8 private constant BYTES = 2;
    uint8 private constant ARRAY = 4;
    bytes1 private constant NULL = 0xf6;

    /// A place in CBOR that is being read.
    struct Reader {
        bytes data;
        uint256 at;
    }

    error BadCbor(uint256 at);

    function reader(bytes memory data) internal pure returns (Reader memory) {
        return Reader(data, 0);
    }

    function readUint(Reader memory r) internal pure returns (uint256) {
        return _head(r, UNSIGNED);
    }

    /// Items that follow.
    function readArray(Reader memory r) internal pure returns (uint256) {
        return _head(r, ARRAY);
    }

    /// Whether null is next; if so, it is read.
    function readNull(Reader memory r) internal pure returns (bool) {
        if (r.at >= r.data.length || r.data[r.at] != NULL) return false;
        r.at++;
        return true;
    }

    /// An amount of FIL. What is below zero reads as zero.
    function readAmount(Reader memory r) internal pure returns (uint256) {
        (uint256 magnitude, bool negative) = _readAmount(r);
        return negative ? 0 : magnitude;
    }

    /// An amount of FIL that may be below zero.
    function readSignedAmount(Reader memory r) internal pure returns (int256) {
        (uint256 magnitude, bool negative) = _readAmount(r);
        if (magnitude > uint256(type(int256).max)) revert BadCbor(r.at);
        return negative ? -int256(magnitude) : int256(magnitude);
    }

    /// The id of an f0 address, which is what actors answer.
    function readId(Reader memory r) internal pure returns (uint64 id) {
        uint256 length = _head(r, BYTES);
        if (length < 2 || length > 11 || _byte(r) != 0) revert BadCbor(r.at);
        for (uint256 i = 0; i < length - 1; i++) id |= uint64(_byte(r) & 0x7f) << uint64(7 * i);
    }

    /// An amount of FIL: its sign and its magnitude in as few bytes as it needs.
    function amountBytes(uint256 amount) internal pure returns (bytes memory) {
        if (amount == 0) return hex"40";
        bytes memory magnitude = abi.encodePacked(amount);
        uint256 zeros = 0;
        while (magnitude[zeros] == 0) zeros++;
        bytes memory short = new bytes(32 - zeros);
        for (uint256 i = zeros; i < 32; i++) short[i - zeros] = magnitude[i];
        return abi.encodePacked(_byteHead(short.length + 1), hex"00", short);
    }

    /// An f0 address.
    function idBytes(uint64 id) internal pure returns (bytes memory) {
        bytes memory digits = "";
        for (; id > 0x7f; id >>= 7) digits = abi.encodePacked(digits, uint8(id & 0x7f) | 0x80);
        return abi.encodePacked(_byteHead(digits.length + 2), hex"00", digits, uint8(id));
    }

    function _readAmount(
        Reader memory r
    ) private pure returns (uint256 magnitude, bool negative) {
        uint256 length = _head(r, BYTES);
        // No bytes at all are zero; else the first is the sign.
        if (length == 0) return (0, false);
        if (length > 33) revert BadCbor(r.at);
        negative = _byte(r) != 0;
        for (uint256 i = 1; i < length; i++) magnitude = (magnitude << 8) | _byte(r);
    }

    function _byteHead(uint256 length) private pure returns (bytes memory) {
        if (length < 24) return abi.encodePacked(uint8((BYTES << 5) | length));
        return abi.encodePacked(uint8((BYTES << 5) | 24), uint8(length));
    }

    function _head(Reader memory r, uint8 major) private pure returns (uint256 value) {
        uint256 first = _byte(r);
        if (first >> 5 != major) revert BadCbor(r.at - 1);
        uint256 low = first & 0x1f;
        if (low < 24) return low;
        if (low > 27) revert BadCbor(r.at - 1);
        for (uint256 i = 0; i < 1 << (low - 24); i++) value = (value << 8) | _byte(r);
    }

    function _byte(Reader memory r) private pure returns (uint256) {
        if (r.at >= r.data.length) revert BadCbor(r.at);
        return uint8(r.data[r.at++]);
    }
}
