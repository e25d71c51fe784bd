// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {CreditPool, Terms} from "./CreditPool.sol";

/// An underwriter's pools, each for a risk of its own.
contract CreditDesk {
    address public immutable underwriter;
    CreditPool[] public pools;

    event PoolOpened(uint256 indexed index, CreditPool pool, string name);

    error NotTheUnderwriter(address caller);

    constructor() {
        underwriter = msg.sender;
    }

    function openPool(Terms calldata terms) external returns (CreditPool pool) {
        if (msg.sender != underwriter) revert NotTheUnderwriter(msg.sender);
        pool = new CreditPool(terms, underwriter);
        emit PoolOpened(pools.length, pool, terms.name);
        pools.push(pool);
    }

    function poolCount() external view returns (uint256) {
        return pools.length;
    }
}
