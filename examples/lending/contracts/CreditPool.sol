// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {Lender} from "./Lender.sol";
import {Token} from "./Token.sol";

/// What lenders and borrowers of a credit pool agree to.
struct Terms {
    string name;
    string symbol;
    /// Interest of an epoch for 1e18 of principal.
    uint256 ratePerEpoch;
    /// Most debt for 100 of equity, beside the credit line.
    uint256 maxDebtToEquity;
    /// Weeks without a payment of interest after which a vault may be seized.
    uint256 graceWeeks;
}

/// An under-collateralised pool: an underwriter grants providers credit beyond what they have. Its token rebases: it is always
/// worth one FIL, balances grow with interest and shrink with losses.
contract CreditPool is Lender, Token {
    address public immutable underwriter;
    uint256 public immutable maxDebtToEquity;
    uint256 public immutable graceWeeks;
    /// attoFIL that a vault may owe.
    mapping(address vault => uint256) public creditOf;

    event CreditGranted(address indexed vault, uint256 amount);

    error NotTheUnderwriter(address caller);

    constructor(
        Terms memory terms,
        address underwriter_
    ) Lender(terms.ratePerEpoch) Token(terms.name, terms.symbol) {
        maxDebtToEquity = terms.maxDebtToEquity;
        graceWeeks = terms.graceWeeks;
        underwriter = underwriter_;
    }

    function grantCredit(address vault, uint256 amount) external {
        if (msg.sender != underwriter) revert NotTheUnderwriter(msg.sender);
        if (!isVault[vault]) revert NotAVault(vault);
        creditOf[vault] = amount;
        emit CreditGranted(vault, amount);
    }

    function deposit() external payable {
        uint256 before = totalAssets() - msg.value;
        uint256 shares = before == 0 ? msg.value : (msg.value * totalShares) / before;
        _mint(msg.sender, shares, msg.value);
    }

    /// Gives tokens back for FIL, as far as it is not lent.
    function withdraw(uint256 amount) external {
        if (amount > address(this).balance)
            revert NotEnoughLiquidity(address(this).balance, amount);
        _burn(msg.sender, _toShares(amount), amount);
        _send(payable(msg.sender), amount);
    }

    /// As `withdraw`, of all the caller has.
    function withdrawAll() external returns (uint256 amount) {
        uint256 shares = sharesOf[msg.sender];
        amount = _toTokens(shares);
        if (amount > address(this).balance)
            revert NotEnoughLiquidity(address(this).balance, amount);
        _burn(msg.sender, shares, amount);
        _send(payable(msg.sender), amount);
    }

    /// What lenders own: FIL here and what is owed.
    function totalAssets() public view returns (uint256) {
        return address(this).balance + totalDebt();
    }

    function limitOf(address vault) public view override returns (uint256) {
        return _min(creditOf[vault], (equityOf(vault) * maxDebtToEquity) / 100);
    }

    /// Late, or without equity: what the vault has no longer covers what it owes.
    function inDefault(address vault) public view override returns (bool) {
        if (debtOf(vault) == 0) return false;
        if (equityOf(vault) == 0) return true;
        return block.number > loans[vault].paidTo + graceWeeks * WEEK;
    }

    function _toTokens(uint256 shares) internal view override returns (uint256) {
        return totalShares == 0 ? 0 : (shares * totalAssets()) / totalShares;
    }

    /// Rounded up: whoever moves or burns tokens parts with what they are worth.
    function _toShares(uint256 tokens) internal view override returns (uint256) {
        uint256 assets = totalAssets();
        return assets == 0 ? tokens : (tokens * totalShares + assets - 1) / assets;
    }
}
