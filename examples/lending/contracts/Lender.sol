// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {MinerActor} from "./lib/MinerActor.sol";
import {ILender, MinerVault} from "./MinerVault.sol";

/// Loans to vaults: interest by the epoch, default, and the sale of a defaulted vault's miners. Who may borrow how much, what
/// counts as default and what lenders hold is for the pools that derive from this.
abstract contract Lender is ILender {
    uint256 internal constant WAD = 1e18;
    /// Epochs.
    uint256 public constant WEEK = 20_160;
    /// Epochs in which the price of a seized miner falls from what it is worth to nothing.
    uint256 public constant SALE = 2 * WEEK;

    struct Loan {
        uint256 principal;
        /// Interest is paid up to this epoch.
        uint256 paidTo;
        /// Epoch of seizure; 0 in good standing.
        uint256 seizedAt;
    }

    /// Interest of an epoch for 1e18 of principal.
    uint256 public immutable ratePerEpoch;
    /// attoFIL of principal in all loans.
    uint256 public totalPrincipal;
    mapping(address vault => Loan) public loans;
    mapping(address vault => bool) public isVault;
    /// Sum over loans of principal times the epoch it is paid to.
    uint256 private _principalEpochs;

    event VaultOpened(address indexed vault, address indexed operator);
    event Borrowed(address indexed vault, uint256 amount);
    event Repaid(address indexed vault, uint256 interest, uint256 principal);
    event Seized(address indexed vault, uint256 debt);
    event MinerSold(address indexed vault, uint64 indexed miner, uint64 to, uint256 price);
    event WrittenOff(address indexed vault, uint256 loss);
    event Released(address indexed vault);

    error NotAVault(address caller);
    error NotEnoughLiquidity(uint256 available, uint256 wanted);
    error OverLimit(uint256 debt, uint256 limit);
    error InGoodStanding(address vault);
    error NotSeized(address vault);
    error StillHolds(address vault, uint256 miners);
    error TooLittle(uint256 paid, uint256 price);

    constructor(uint256 ratePerEpoch_) {
        ratePerEpoch = ratePerEpoch_;
    }

    /// A vault for the caller's miners.
    function openVault() external returns (MinerVault vault) {
        vault = new MinerVault(msg.sender);
        isVault[address(vault)] = true;
        emit VaultOpened(address(vault), msg.sender);
    }

    function borrow(uint256 amount) external {
        if (!isVault[msg.sender]) revert NotAVault(msg.sender);
        if (amount > address(this).balance) revert NotEnoughLiquidity(address(this).balance, amount);
        Loan memory loan = loans[msg.sender];
        // Interest so far goes into the principal, so that one epoch stands for all of the loan.
        loan.principal += interestOf(msg.sender) + amount;
        loan.paidTo = block.number;
        _put(msg.sender, loan);
        _send(payable(msg.sender), amount);
        _checkLimit(msg.sender);
        emit Borrowed(msg.sender, amount);
    }

    /// Pays interest, then principal. What is over goes back.
    function repay() external payable {
        if (!isVault[msg.sender]) revert NotAVault(msg.sender);
        _repay(msg.sender, msg.value);
    }

    function checkWithdrawal() external view {
        _checkLimit(msg.sender);
    }

    function isSeized(address vault) external view returns (bool) {
        return loans[vault].seizedAt != 0;
    }

    /// attoFIL owed, interest to this epoch included.
    function debtOf(address vault) public view returns (uint256) {
        return loans[vault].principal + interestOf(vault);
    }

    function interestOf(address vault) public view returns (uint256) {
        Loan storage loan = loans[vault];
        return _interest(loan.principal * (block.number - loan.paidTo));
    }

    /// attoFIL owed by all.
    function totalDebt() public view returns (uint256) {
        return totalPrincipal + _interest(totalPrincipal * block.number - _principalEpochs);
    }

    /// attoFIL of a vault that are not its lender's.
    function equityOf(address vault) public view returns (uint256) {
        uint256 assets = MinerVault(payable(vault)).assets();
        uint256 debt = debtOf(vault);
        return assets > debt ? assets - debt : 0;
    }

    /// Takes a vault in default from its operator. Anybody may.
    function seize(address vault) external {
        if (loans[vault].seizedAt != 0 || !inDefault(vault)) revert InGoodStanding(vault);
        loans[vault].seizedAt = block.number;
        emit Seized(vault, debtOf(vault));
    }

    /// Takes what a seized miner has free, and pays the debt with it. Anybody may.
    function drain(address vault, uint64 miner) external {
        _onlySeized(vault);
        MinerVault(payable(vault)).collect(miner);
        _settle(vault);
    }

    /// What a seized miner is sold for in this epoch.
    function priceOf(address vault, uint64 miner) public view returns (uint256) {
        uint256 passed = block.number - loans[vault].seizedAt;
        return passed >= SALE ? 0 : (MinerActor.worth(miner) * (SALE - passed)) / SALE;
    }

    /// Sells a seized miner to the actor `to`, who has to confirm as its owner. What is over goes back.
    function buy(address vault, uint64 miner, uint64 to) external payable {
        _onlySeized(vault);
        uint256 price = priceOf(vault, miner);
        if (msg.value < price) revert TooLittle(msg.value, price);
        MinerVault(payable(vault)).give(miner, to);
        _send(payable(vault), price);
        emit MinerSold(vault, miner, to, price);
        _settle(vault);
        _send(payable(msg.sender), msg.value - price);
    }

    /// Ends the loan of a seized vault that has nothing left to sell: lenders bear what is missing.
    function writeOff(address vault) external {
        _onlySeized(vault);
        _settle(vault);
        uint256 left = MinerVault(payable(vault)).miners().length;
        if (left != 0) revert StillHolds(vault, left);
        uint256 loss = debtOf(vault);
        _put(vault, Loan(0, block.number, 0));
        emit WrittenOff(vault, loss);
    }

    /// Whether a vault may be seized.
    function inDefault(address vault) public view virtual returns (bool);

    /// Most that a vault may owe.
    function limitOf(address vault) public view virtual returns (uint256);

    /// Pays the debt of a seized vault with what it holds, and gives it back to its operator once nothing is owed.
    function _settle(address vault) private {
        uint256 held = vault.balance;
        if (held > 0) MinerVault(payable(vault)).surrender(held);
        if (loans[vault].principal > 0) return;
        loans[vault].seizedAt = 0;
        emit Released(vault);
    }

    function _repay(address vault, uint256 amount) private {
        Loan memory loan = loans[vault];
        uint256 interest = interestOf(vault);
        uint256 principal = 0;
        if (amount < interest) {
            loan.paidTo += (amount * WAD) / (loan.principal * ratePerEpoch);
            interest = amount;
        } else {
            principal = _min(amount - interest, loan.principal);
            loan.principal -= principal;
            loan.paidTo = block.number;
        }
        _put(vault, loan);
        _send(payable(vault), amount - interest - principal);
        emit Repaid(vault, interest, principal);
    }

    function _put(address vault, Loan memory loan) private {
        Loan storage before = loans[vault];
        totalPrincipal = totalPrincipal - before.principal + loan.principal;
        _principalEpochs =
            _principalEpochs -
            before.principal *
            before.paidTo +
            loan.principal *
            loan.paidTo;
        loans[vault] = loan;
    }

    function _checkLimit(address vault) private view {
        uint256 debt = debtOf(vault);
        uint256 limit = limitOf(vault);
        if (debt > limit) revert OverLimit(debt, limit);
    }

    function _onlySeized(address vault) private view {
        if (loans[vault].seizedAt == 0) revert NotSeized(vault);
    }

    /// Rounded up.
    function _interest(uint256 principalEpochs) private view returns (uint256) {
        return (principalEpochs * ratePerEpoch + WAD - 1) / WAD;
    }

    function _send(address payable to, uint256 amount) internal {
        if (amount == 0) return;
        (bool ok, ) = to.call{value: amount}("");
        if (!ok) revert MinerVault.PaymentFailed(to);
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
