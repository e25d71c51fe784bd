// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

/// An ERC-20 over balances that are kept as shares. What a share is worth in tokens is for whoever derives from this.
abstract contract Token {
    string public name;
    string public symbol;
    uint8 public constant decimals = 18;

    uint256 public totalShares;
    mapping(address => uint256) public sharesOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    error TooFewShares(address owner, uint256 held, uint256 wanted);
    error TooLowAllowance(address owner, address spender, uint256 allowed, uint256 wanted);
    error NoReceiver();

    constructor(string memory name_, string memory symbol_) {
        name = name_;
        symbol = symbol_;
    }

    function totalSupply() external view returns (uint256) {
        return _toTokens(totalShares);
    }

    function balanceOf(address owner) public view returns (uint256) {
        return _toTokens(sharesOf[owner]);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, _toShares(amount), amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert TooLowAllowance(from, msg.sender, allowed, amount);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, _toShares(amount), amount);
        return true;
    }

    function _toTokens(uint256 shares) internal view virtual returns (uint256);

    function _toShares(uint256 tokens) internal view virtual returns (uint256);

    function _mint(address to, uint256 shares, uint256 amount) internal {
        totalShares += shares;
        sharesOf[to] += shares;
        emit Transfer(address(0), to, amount);
    }

    function _burn(address from, uint256 shares, uint256 amount) internal {
        _take(from, shares);
        totalShares -= shares;
        emit Transfer(from, address(0), amount);
    }

    function _move(address from, address to, uint256 shares, uint256 amount) private {
        if (to == address(0)) revert NoReceiver();
        _take(from, shares);
        sharesOf[to] += shares;
        emit Transfer(from, to, amount);
    }

    function _take(address from, uint256 shares) private {
        uint256 held = sharesOf[from];
        if (held < shares) revert TooFewShares(from, held, shares);
        sharesOf[from] = held - shares;
    }
}
