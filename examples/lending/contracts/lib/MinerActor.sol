// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {Actor} from "./Actor.sol";
import {Cbor} from "./Cbor.sol";

/// A storage provider's miner actor, by id. Method numbers are FRC-42's.
library MinerActor {
    using Cbor for Cbor.Reader;

    uint64 private constant GET_OWNER = 3275365574;
    uint64 private constant CHANGE_OWNER_ADDRESS = 1010589339;
    uint64 private constant GET_BENEFICIARY = 4158972569;
    uint64 private constant GET_AVAILABLE_BALANCE = 4026106874;
    uint64 private constant GET_VESTING_FUNDS = 1726876304;
    uint64 private constant WITHDRAW_BALANCE = 2280458852;

    /// Ids of the owner, and of the proposed owner: 0 where nobody is proposed.
    function owners(uint64 miner) internal view returns (uint64 owner, uint64 proposed) {
        Cbor.Reader memory r = Cbor.reader(Actor.read(miner, GET_OWNER));
        r.readArray();
        owner = r.readId();
        if (!r.readNull()) proposed = r.readId();
    }

    /// Proposes an owner, or confirms the caller as the proposed one.
    function changeOwner(uint64 miner, uint64 owner) internal {
        Actor.call(miner, CHANGE_OWNER_ADDRESS, Cbor.idBytes(owner));
    }

    /// Id of who is paid when the miner is withdrawn from.
    function beneficiary(uint64 miner) internal view returns (uint64) {
        Cbor.Reader memory r = Cbor.reader(Actor.read(miner, GET_BENEFICIARY));
        r.readArray();
        r.readArray();
        return r.readId();
    }

    /// attoFIL that can be withdrawn now; below zero it is what the miner owes in fees and cannot pay.
    function available(uint64 miner) internal view returns (int256) {
        return Cbor.reader(Actor.read(miner, GET_AVAILABLE_BALANCE)).readSignedAmount();
    }

    /// attoFIL of rewards that are still to vest.
    function vesting(uint64 miner) internal view returns (uint256 total) {
        Cbor.Reader memory r = Cbor.reader(Actor.read(miner, GET_VESTING_FUNDS));
        r.readArray();
        uint256 count = r.readArray();
        for (uint256 i = 0; i < count; i++) {
            r.readArray();
            r.readUint();
            total += r.readAmount();
        }
    }

    /// Has the miner pay `amount`, or what it can if that is less, to its beneficiary. @return attoFIL paid.
    function withdraw(uint64 miner, uint256 amount) internal returns (uint256) {
        bytes memory params = abi.encodePacked(hex"81", Cbor.amountBytes(amount));
        return Cbor.reader(Actor.call(miner, WITHDRAW_BALANCE, params)).readAmount();
    }

    /// attoFIL of all that the miner has, free, pledged or vesting, less the fees it owes.
    function worth(uint64 miner) internal view returns (uint256) {
        int256 free = available(miner);
        uint256 balance = Actor.masked(miner).balance;
        if (free >= 0) return balance;
        uint256 owed = uint256(-free);
        return balance > owed ? balance - owed : 0;
    }
}
