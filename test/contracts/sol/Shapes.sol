// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity ^0.8.24;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {UpgradeableBeacon} from "@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// A library that is deployed and linked. What calls it runs it by DELEGATECALL, and so does it the precompile.
library MinerApi {
    error ActorError(int256 exitCode);

    function call(uint64 miner, uint64 method, bytes calldata params) external returns (bytes memory) {
        uint64 codec = params.length == 0 ? 0 : 0x51;
        (bool ok, bytes memory answer) = address(0xfe00000000000000000000000000000000000005).delegatecall(
            abi.encode(method, 0, 0, codec, params, miner)
        );
        require(ok, "precompile");
        (int256 exitCode, , bytes memory data) = abi.decode(answer, (int256, uint64, bytes));
        if (exitCode != 0) revert ActorError(exitCode);
        return data;
    }
}

contract PoolV1 is OwnableUpgradeable, UUPSUpgradeable, ERC20Upgradeable {
    function initialize(address owner_) external initializer {
        __Ownable_init(owner_);
        __ERC20_init("Pool", "POOL");
    }

    receive() external payable {
        _mint(msg.sender, msg.value);
    }

    function ask(uint64 miner, uint64 method, bytes calldata params) external returns (bytes memory) {
        return MinerApi.call(miner, method, params);
    }

    function version() external pure virtual returns (uint256) {
        return 1;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}

contract PoolV2 is PoolV1 {
    function version() external pure override returns (uint256) {
        return 2;
    }
}

contract Agent {
    address public owner;
    uint256 public received;

    function setOwner(address owner_) external {
        require(owner == address(0), "set");
        owner = owner_;
    }

    receive() external payable {
        // As much as the 2300 gas of Ethereum would never pay for.
        received += msg.value;
    }

    function fail(string calldata why) external pure {
        revert(why);
    }
}

contract Factory {
    using Address for address payable;

    address public immutable template;
    UpgradeableBeacon public immutable beacon;

    event Made(address indexed agent, bytes32 codehash);

    constructor() {
        template = address(new Agent());
        beacon = new UpgradeableBeacon(template, msg.sender);
    }

    function clone(bytes32 salt) external returns (address agent) {
        require(Clones.predictDeterministicAddress(template, salt).codehash == bytes32(0), "there");
        agent = Clones.cloneDeterministic(template, salt);
        emit Made(agent, agent.codehash);
    }

    function plain(bytes32 salt) external returns (address agent) {
        agent = address(new Agent{salt: salt}());
        emit Made(agent, agent.codehash);
    }

    function fromBeacon() external returns (address agent) {
        agent = address(new BeaconProxy(address(beacon), abi.encodeCall(Agent.setOwner, (msg.sender))));
        emit Made(agent, agent.codehash);
    }

    function byTransfer(address payable agent) external payable {
        agent.transfer(msg.value);
    }

    function bySendValue(address payable agent) external payable {
        agent.sendValue(msg.value);
    }

    function caught(address agent, string calldata why) external view returns (string memory) {
        try Agent(payable(agent)).fail(why) {
            return "nothing";
        } catch Error(string memory reason) {
            return reason;
        }
    }
}

contract Wrapped is ERC20, ERC20Permit, Multicall {
    constructor() ERC20("Wrapped FIL", "WFIL") ERC20Permit("Wrapped FIL") {}

    receive() external payable {
        deposit();
    }

    function deposit() public payable {
        _mint(msg.sender, msg.value);
    }

    function withdraw(uint256 amount) external {
        _burn(msg.sender, amount);
        payable(msg.sender).transfer(amount);
    }
}

contract Vault is ERC4626, ReentrancyGuardTransient {
    constructor(IERC20 asset) ERC4626(asset) ERC20("Vault", "vFIL") {}

    function guarded(address target) external nonReentrant returns (bool ok) {
        (ok, ) = target.call(abi.encodeCall(this.guarded, (target)));
    }
}

/// Gas as it is handed down.
contract Gas {
    uint256 public deepest;

    /// Calls itself until gas is short; every frame goes on with what 63/64 left it.
    function dive(uint256 depth) external returns (uint256 reached) {
        if (depth > deepest) deepest = depth;
        try this.dive{gas: gasleft()}(depth + 1) returns (uint256 below) {
            reached = below;
        } catch {
            reached = depth;
        }
    }

    function burn() external {
        for (uint256 i = 0; ; i++) deepest = i;
    }

    function bomb(uint256 size) external pure returns (uint256) {
        return new bytes(size).length;
    }
}
