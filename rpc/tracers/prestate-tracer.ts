/**
 * What a message finds, of the accounts that it touches, and with `diffMode` what it leaves: go-ethereum's `prestateTracer`.
 * Slots are those that contracts read or write.
 */
import type { EvmStep } from '../../actors/evm/interpreter/observe.ts'
import type { EvmState } from '../../actors/evm/state.ts'
import { hexData, quantity } from '../../engine/chain/eth-json.ts'
import type { Actor, Actors } from '../../engine/vm/state-tree.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { filecoinAddressOf } from '../../primitives/eth-address.ts'
import { u256Bytes } from '../../primitives/u256.ts'
import { findActor } from '../actors.ts'
import type { SeenCall } from '../eth-traces.ts'

interface AccountState {
  readonly balance: string
  readonly nonce?: number
  readonly code?: string
  readonly storage?: Readonly<Record<string, string>>
}

type Accounts = Readonly<Record<string, AccountState>>

const SLOAD = 0x54
const SSTORE = 0x55
/** Slots that are remembered. */
const MAX_SLOTS = 100_000

export class PrestateTracer {
  /** Slots by contract, in hexadecimal. */
  readonly #slots = new Map<string, Set<bigint>>()
  #count = 0

  readonly observer = ({ op, address, stack, height }: EvmStep): boolean => {
    if ((op !== SLOAD && op !== SSTORE) || height < 1) return true
    const owner = `0x${toHex(address)}`
    const slots = this.#slots.get(owner) ?? new Set()
    this.#slots.set(owner, slots)
    const slot = BigInt(stack[height - 1]!)
    if (!slots.has(slot)) this.#count++
    slots.add(slot)
    return this.#count <= MAX_SLOTS
  }

  /** All that was touched, as it was before. */
  before(seen: readonly SeenCall[], state: Actors): Accounts {
    return this.#accounts(seen, state)
  }

  /** What changed: as it was, and as it is. */
  difference(seen: readonly SeenCall[], before: Actors, after: Actors) {
    const [pre, post] = [this.#accounts(seen, before), this.#accounts(seen, after)]
    const changed = (address: string) =>
      JSON.stringify(pre[address]) !== JSON.stringify(post[address])
    const only = (accounts: Accounts) =>
      Object.fromEntries(Object.entries(accounts).filter(([address]) => changed(address)))
    return { pre: only(pre), post: only(post) }
  }

  #accounts(seen: readonly SeenCall[], state: Actors): Accounts {
    const touched = new Set<string>(this.#slots.keys())
    for (const { trace } of seen) {
      touched.add(trace.action.from)
      const to = trace.type === 'call' ? trace.action.to : trace.result.address
      if (to !== undefined) touched.add(to)
    }
    const found: Record<string, AccountState> = {}
    for (const address of touched) {
      const actor = findActor(state, filecoinAddressOf(fromHex(address)))
      if (actor) found[address] = accountState(actor, this.#slots.get(address) ?? new Set())
    }
    return found
  }
}

function accountState(actor: Actor, slots: ReadonlySet<bigint>): AccountState {
  const balance = quantity(actor.balance)
  if (actor.type !== 'evm')
    return { balance, ...(actor.sequence > 0n ? { nonce: Number(actor.sequence) } : {}) }
  const { bytecode, nonce, contractState } = actor.state.get() as EvmState
  const storage = [...slots].map((slot) => [word(slot), word(contractState.get(slot) ?? 0n)])
  return {
    balance,
    nonce: Number(nonce),
    code: hexData(bytecode.code),
    ...(storage.length > 0 ? { storage: Object.fromEntries(storage) } : {}),
  }
}

const word = (n: bigint): string => hexData(u256Bytes(n))
