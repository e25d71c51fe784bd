// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {Actor} from "./lib/Actor.sol";
import {MinerActor} from "./lib/MinerActor.sol";

/// What a vault asks of the pool that lends to it. The caller is the vault.
interface ILender {
    function borrow(uint256 amount) external;

    function repay() external payable;

    /// Reverts where the vault may not give anything away as it stands.
    function checkWithdrawal() external view;

    function isSeized(address vault) external view returns (bool);
}

/// Owns the miners of one storage provider. The provider (`operator`) runs them as before, borrows against them and takes out
/// what its lender leaves; in default the lender has them sold.
contract MinerVault {
    ILender public immutable lender;
    address public immutable operator;
    /// The vault's own.
    uint64 public immutable id;

    uint64[] private _miners;

    event MinerTaken(uint64 indexed miner, uint64 from);
    event MinerGiven(uint64 indexed miner, uint64 to);
    event Pledged(uint64 indexed miner, uint256 amount);
    event Collected(uint64 indexed miner, uint256 amount);

    error NotAllowed(address caller);
    error NotProposed(uint64 miner, uint64 proposed);
    error OthersArePaid(uint64 miner, uint64 beneficiary);
    error NotHere(uint64 miner);
    error PaymentFailed(address to);

    modifier onlyOperator() {
        if (msg.sender != operator || lender.isSeized(address(this))) revert NotAllowed(msg.sender);
        _;
    }

    modifier onlyLender() {
        if (msg.sender != address(lender)) revert NotAllowed(msg.sender);
        _;
    }

    constructor(address operator_) {
        lender = ILender(msg.sender);
        operator = operator_;
        id = Actor.idOf(address(this));
    }

    receive() external payable {}

    /// Becomes owner of a miner whose owner has proposed this vault.
    function takeMiner(uint64 miner) external onlyOperator {
        (uint64 owner, uint64 proposed) = MinerActor.owners(miner);
        if (proposed != id) revert NotProposed(miner, proposed);
        uint64 beneficiary = MinerActor.beneficiary(miner);
        if (beneficiary != owner) revert OthersArePaid(miner, beneficiary);
        MinerActor.changeOwner(miner, id);
        _miners.push(miner);
        emit MinerTaken(miner, owner);
    }

    /// Lets a miner go: proposes its next owner, who confirms.
    function returnMiner(uint64 miner, uint64 to) external onlyOperator {
        _give(miner, to);
        lender.checkWithdrawal();
    }

    function borrow(uint256 amount) external onlyOperator {
        lender.borrow(amount);
    }

    /// Pays the lender out of what the vault holds.
    function pay(uint256 amount) external onlyOperator {
        lender.repay{value: amount}();
    }

    /// Gives a miner FIL for the pledge of its next sectors.
    function pledge(uint64 miner, uint256 amount) external onlyOperator {
        _indexOf(miner);
        Actor.send(miner, amount);
        emit Pledged(miner, amount);
    }

    /// Takes what a miner has free into the vault.
    function collect(uint64 miner) external returns (uint256) {
        if (msg.sender != address(lender) && msg.sender != operator) revert NotAllowed(msg.sender);
        return _collect(miner);
    }

    /// The operator's profit.
    function withdraw(address payable to, uint256 amount) external onlyOperator {
        _pay(to, amount);
        lender.checkWithdrawal();
    }

    /// For the lender in default: sells a miner to whoever has paid for it.
    function give(uint64 miner, uint64 to) external onlyLender {
        _give(miner, to);
    }

    /// For the lender in default.
    function surrender(uint256 amount) external onlyLender {
        lender.repay{value: amount}();
    }

    function miners() external view returns (uint64[] memory) {
        return _miners;
    }

    /// attoFIL of all there is: here and in the miners, less the fees that they owe.
    function assets() external view returns (uint256 total) {
        total = address(this).balance;
        for (uint256 i = 0; i < _miners.length; i++) total += MinerActor.worth(_miners[i]);
    }

    /// attoFIL that could be here after collecting from all miners.
    function liquid() external view returns (uint256 total) {
        total = address(this).balance;
        for (uint256 i = 0; i < _miners.length; i++) total += _free(_miners[i]);
    }

    /// attoFIL of rewards that are still to vest.
    function vesting() external view returns (uint256 total) {
        for (uint256 i = 0; i < _miners.length; i++) total += MinerActor.vesting(_miners[i]);
    }

    function _collect(uint64 miner) private returns (uint256 amount) {
        _indexOf(miner);
        uint256 free = _free(miner);
        if (free > 0) amount = MinerActor.withdraw(miner, free);
        emit Collected(miner, amount);
    }

    function _free(uint64 miner) private view returns (uint256) {
        int256 free = MinerActor.available(miner);
        return free > 0 ? uint256(free) : 0;
    }

    function _give(uint64 miner, uint64 to) private {
        _miners[_indexOf(miner)] = _miners[_miners.length - 1];
        _miners.pop();
        MinerActor.changeOwner(miner, to);
        emit MinerGiven(miner, to);
    }

    function _pay(address payable to, uint256 amount) private {
        (bool ok, ) = to.call{value: amount}("");
        if (!ok) revert PaymentFailed(to);
    }

    function _indexOf(uint64 miner) private view returns (uint256) {
        for (uint256 i = 0; i < _miners.length; i++) if (_miners[i] == miner) return i;
        revert NotHere(miner);
    }
}
