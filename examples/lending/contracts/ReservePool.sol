// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {Lender} from "./Lender.sol";
import {Token} from "./Token.sol";

/// An over-collateralised pool that anybody may lend to and borrow from. Its token is a share: interest makes it worth more.
/// A vault that owes as much as its equity, or has not paid for two weeks, may be seized by anybody.
contract ReservePool is Lender, Token {
    /// Most debt for 100 of equity, when borrowing and when taking out.
    uint256 public constant MAX_DEBT_TO_EQUITY = 80;
    /// Debt for 100 of equity at which a vault is seized.
    uint256 public constant SEIZED_AT_DEBT_TO_EQUITY = 100;
    uint256 public constant MAX_SILENCE = 2 * WEEK;

    event Deposited(address indexed lender, uint256 amount, uint256 shares);
    event Redeemed(address indexed lender, uint256 amount, uint256 shares);

    constructor(uint256 ratePerEpoch) Lender(ratePerEpoch) Token("Reserve share", "rFIL") {}

    /// What lenders own: FIL here and what is owed.
    function totalAssets() public view returns (uint256) {
        return address(this).balance + totalDebt();
    }

    /// attoFIL that shares are worth.
    function valueOf(uint256 shares) public view returns (uint256) {
        return (shares * (totalAssets() + 1)) / (totalShares + 1);
    }

    function deposit() external payable returns (uint256 shares) {
        // One share and one attoFIL that belong to nobody, so that the first lender cannot set the price.
        shares = (msg.value * (totalShares + 1)) / (totalAssets() - msg.value + 1);
        _mint(msg.sender, shares, shares);
        emit Deposited(msg.sender, msg.value, shares);
    }

    /// Gives shares back for FIL, as far as it is not lent.
    function redeem(uint256 shares) external returns (uint256 amount) {
        amount = valueOf(shares);
        if (amount > address(this).balance)
            revert NotEnoughLiquidity(address(this).balance, amount);
        _burn(msg.sender, shares, shares);
        _send(payable(msg.sender), amount);
        emit Redeemed(msg.sender, amount, shares);
    }

    function limitOf(address vault) public view override returns (uint256) {
        // Equity is what would be left after debts, so that more debt for the same assets is less equity.
        return (equityOf(vault) * MAX_DEBT_TO_EQUITY) / 100;
    }

    function inDefault(address vault) public view override returns (bool) {
        uint256 debt = debtOf(vault);
        if (debt == 0) return false;
        if (debt * 100 >= equityOf(vault) * SEIZED_AT_DEBT_TO_EQUITY) return true;
        return block.number > loans[vault].paidTo + MAX_SILENCE;
    }

    function _toTokens(uint256 shares) internal pure override returns (uint256) {
        return shares;
    }

    function _toShares(uint256 tokens) internal pure override returns (uint256) {
        return tokens;
    }
}
