/** A network of a few accounts and no more than contracts need, to deploy and call contracts on: no blocks, no fees. */
import { createHash } from 'node:crypto'
import { EamMethod, CreateReturn } from '../../actors/eam/params.ts'
import { EvmMethod } from '../../actors/evm/params.ts'
import type { EvmState } from '../../actors/evm/state.ts'
import { initialInitState } from '../../actors/init/state.ts'
import { manifestOf } from '../../actors/manifest.ts'
import { Payload } from '../../actors/payload.ts'
import { MAINNET_POLICY } from '../../actors/policy.ts'
import { EAM_ACTOR, INIT_ACTOR, SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { SYSCALLS } from '../../engine/node.ts'
import type { MachineContext } from '../../engine/vm/context.ts'
import { applyMessage, type ApplyResult } from '../../engine/vm/executor.ts'
import { EMPTY_STATE, stateCodec, StateTree } from '../../engine/vm/state-tree.ts'
import { type Address, delegatedAddress, idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { cidOf } from '../../primitives/cid.ts'
import { byteString } from '../../primitives/codec.ts'
import { EAM_NAMESPACE, type EthAddress, filecoinAddressOf } from '../../primitives/eth-address.ts'
import { Link } from '../../primitives/link.ts'
import { actorId, type ActorId } from '../../primitives/units.ts'
import { assemble, deploying } from './evm-assembler.ts'

const hash = (text: string): Uint8Array => createHash('sha256').update(text).digest()

export interface Called {
  readonly exitCode: number
  /** What the contract returned, or reverted with. */
  readonly data: Uint8Array
  readonly result: ApplyResult
}

export class EvmWorld {
  readonly tree = new StateTree(manifestOf('mainnet'))
  /** Of the account that deploys and calls. */
  readonly sender = hash('sender').slice(0, 20)
  readonly senderId = actorId(100)
  context: MachineContext

  constructor(options: Partial<MachineContext> = {}) {
    this.context = {
      epoch: 1000,
      timestamp: 1_598_336_400,
      networkVersion: 28,
      chainId: 314n,
      baseFee: 100n,
      circulatingSupply: 0n,
      policy: MAINNET_POLICY,
      randomness: {
        ticketDigest: (epoch) => hash(`ticket ${epoch}`),
        beaconDigest: (epoch) => hash(`beacon ${epoch}`),
        tipsetCid: (epoch) => cidOf(hash(`tipset ${epoch}`)),
      },
      syscalls: SYSCALLS,
      metered: false,
      traced: false,
      ...options,
    }
    const { tree } = this
    const none = { state: EMPTY_STATE, sequence: 0n, balance: 0n, delegated: null }
    const init = initialInitState('test')
    tree.set(SYSTEM_ACTOR, { ...none, type: 'system' })
    tree.set(EAM_ACTOR, { ...none, type: 'eam' })
    tree.set(actorId(99), { ...none, type: 'account' })
    tree.set(actorId(2), { ...none, type: 'account' })
    const delegated = delegatedAddress(EAM_NAMESPACE, this.sender)
    tree.set(this.senderId, { ...none, type: 'ethaccount', balance: 10n ** 24n, delegated })
    const addressMap = init.addressMap.set(delegated, this.senderId)
    const state = Link.to(stateCodec('init'), { ...init, addressMap, nextId: 101 })
    tree.set(INIT_ACTOR, { ...none, type: 'init', state })
  }

  /** Deploys a contract. @throws Error when its constructor fails. */
  deploy(initcode: Uint8Array, value = 0n): { id: ActorId; address: EthAddress } {
    const params = Payload.of(byteString, initcode)
    const made = this.send(idAddress(EAM_ACTOR), EamMethod.CreateExternal, params, value)
    if (made.exitCode !== 0) throw new Error(`deploying ended with exit code ${made.exitCode}`)
    const { actorId: id, ethAddress } = defined(made.ret, 'return of CreateExternal').as(
      CreateReturn,
    )
    return { id, address: ethAddress }
  }

  /** Deploys code, or a program for the assembler, and calls it. */
  run(program: string | Uint8Array, data: Uint8Array = new Uint8Array(), value = 0n): Called {
    return this.call(this.install(program).address, data, value)
  }

  /** A contract with this very code. */
  install(program: string | Uint8Array): { id: ActorId; address: EthAddress } {
    return this.deploy(deploying(typeof program === 'string' ? assemble(program) : program))
  }

  /** State of a contract. */
  stateOf(id: ActorId): EvmState {
    return defined(this.tree.get(id), 'contract').state.get() as EvmState
  }

  /** Calls a contract as the sender, without gas. */
  call(address: EthAddress, data: Uint8Array = new Uint8Array(), value = 0n): Called {
    const params = data.length === 0 ? null : Payload.of(byteString, data)
    return called(this.send(filecoinAddressOf(address), EvmMethod.InvokeContract, params, value))
  }

  /** Calls a contract with a message that pays for gas. */
  callMetered(address: EthAddress, data: Uint8Array, gasLimit = 10_000_000_000): Called {
    const { sequence } = defined(this.tree.get(this.senderId), 'sender')
    const message = {
      version: 0n,
      from: delegatedAddress(EAM_NAMESPACE, this.sender),
      to: filecoinAddressOf(address),
      nonce: sequence,
      value: 0n,
      method: BigInt(EvmMethod.InvokeContract),
      params: Payload.of(byteString, data).bytes,
      gasLimit: BigInt(gasLimit),
      gasFeeCap: 200n,
      gasPremium: 0n,
    }
    return called(applyMessage(this.tree, { ...this.context, metered: true }, message, 200))
  }

  /** A message without gas. The sender's nonce rises with each, as on a chain: contracts know messages by it. */
  send(
    to: Address,
    method: number | bigint,
    params: Payload | null = null,
    value = 0n,
    from = delegatedAddress(EAM_NAMESPACE, this.sender),
  ): ApplyResult {
    const { sequence } = defined(this.tree.get(this.tree.resolve(from)!), 'sender')
    const message = {
      version: 0n,
      from,
      to,
      nonce: sequence,
      value,
      method: BigInt(method),
      params: params?.bytes ?? new Uint8Array(),
      gasLimit: 0n,
      gasFeeCap: 0n,
      gasPremium: 0n,
    }
    return applyMessage(this.tree, this.context, message, 0)
  }
}

function called(result: ApplyResult): Called {
  const { exitCode, ret } = result
  return { exitCode, data: ret ? ret.as(byteString) : new Uint8Array(), result }
}
