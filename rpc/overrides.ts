/**
 * State and blocks that a call is to find instead of those there are, as go-ethereum takes them with `eth_call`
 * (`internal/ethapi/override`).
 */
import {
  type Editable,
  setBalance,
  setCode,
  setNonce,
  setStorageAt,
} from '../engine/cheats/accounts.ts'
import type { EvmState } from '../actors/evm/state.ts'
import type { CallOptions, Node } from '../engine/node.ts'
import type { MachineContext } from '../engine/vm/context.ts'
import { stateCodec, type StateTree } from '../engine/vm/state-tree.ts'
import type { Address } from '../primitives/address.ts'
import { filecoinAddressOf } from '../primitives/eth-address.ts'
import { Kamt } from '../primitives/kamt.ts'
import { Link } from '../primitives/link.ts'
import { u256, u256FromBytes } from '../primitives/u256.ts'
import { ethAddress, hexBytes, optional, quantity, smallQuantity, storageKey } from './decoders.ts'
import { type Fields, inFieldOf, objectFields } from './eth-params.ts'
import { type Decoder, Mismatch } from './method.ts'

type Slots = readonly (readonly [slot: bigint, value: bigint])[]

export interface AccountOverride {
  readonly address: Address
  readonly balance: bigint | undefined
  readonly nonce: bigint | undefined
  readonly code: Uint8Array | undefined
  /** All of its storage. */
  readonly state: Slots | undefined
  /** Some of it. */
  readonly stateDiff: Slots | undefined
}

export type BlockOverride = Partial<Pick<MachineContext, 'epoch' | 'timestamp' | 'baseFee'>>

/** `{address: {balance, nonce, code, state, stateDiff}}` */
export const stateOverride: Decoder<readonly AccountOverride[]> = (value) =>
  Object.entries(objectFields(value, 'state overrides by address')).map(([address, given]) => {
    const owner = ethAddress(address)
    const fields = objectFields(given, 'an override')
    refuseUnknown(fields, ['balance', 'nonce', 'code', 'state', 'stateDiff'])
    const field = <T>(name: string, decoder: Decoder<T>) =>
      inFieldOf(fields, name, optional(decoder, undefined))
    const [state, stateDiff] = [field('state', slots), field('stateDiff', slots)]
    if (state && stateDiff) throw new Mismatch('either state or stateDiff', given)
    return {
      address: filecoinAddressOf(owner),
      balance: field('balance', quantity),
      nonce: field('nonce', quantity),
      code: field('code', hexBytes),
      state,
      stateDiff,
    }
  })

const slots: Decoder<Slots> = (value) =>
  Object.entries(objectFields(value, 'words by slot')).map(([slot, word]) => [
    u256FromBytes(storageKey(slot)),
    u256FromBytes(storageKey(word)),
  ])

/** `{number, time, baseFeePerGas}`; blocks here have no more that could be otherwise. */
export const blockOverride: Decoder<BlockOverride> = (value) => {
  const fields = objectFields(value, 'block overrides')
  refuseUnknown(fields, ['number', 'time', 'baseFeePerGas', 'baseFee'])
  const epoch = inFieldOf(fields, 'number', optional(smallQuantity, undefined))
  const timestamp = inFieldOf(fields, 'time', optional(smallQuantity, undefined))
  const fee = fields['baseFeePerGas'] === undefined ? 'baseFee' : 'baseFeePerGas'
  const baseFee = inFieldOf(fields, fee, optional(quantity, undefined))
  return {
    ...(epoch === undefined ? {} : { epoch }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(baseFee === undefined ? {} : { baseFee }),
  }
}

function refuseUnknown(fields: Fields, known: readonly string[]): void {
  for (const name of Object.keys(fields))
    if (!known.includes(name)) throw new Mismatch(`one of ${known.join(', ')}`, name)
}

/** What a call is run with for overrides. */
export function overridden(
  node: Node,
  accounts: readonly AccountOverride[],
  surroundings: BlockOverride,
): Pick<CallOptions, 'prepare' | 'surroundings'> {
  const prepare = (tree: StateTree) => {
    for (const account of accounts) overrideAccount(node, tree, account)
  }
  return { prepare: accounts.length > 0 ? prepare : undefined, surroundings }
}

/** @throws InvalidInput for what an account cannot be given. */
function overrideAccount(
  node: Node,
  tree: StateTree,
  { address, balance, nonce, code, state, stateDiff }: AccountOverride,
): void {
  const target: Editable = {
    edit: (write) => write(tree),
    nextContext: () => node.nextContext(),
    pool: node.pool,
    overrides: node.overrides,
  }
  if (code !== undefined) setCode(target, address, code)
  if (balance !== undefined) setBalance(target, address, balance)
  if (nonce !== undefined) setNonce(target, address, nonce)
  if (state !== undefined) clearStorage(tree, address)
  for (const [slot, value] of state ?? stateDiff ?? []) setStorageAt(target, address, slot, value)
}

function clearStorage(tree: StateTree, address: Address): void {
  const id = tree.resolve(address)
  const actor = id === undefined ? undefined : tree.get(id)
  if (id === undefined || actor?.type !== 'evm') return
  const state = { ...(actor.state.get() as EvmState), contractState: Kamt.empty(u256) }
  tree.update(id, { state: Link.to(stateCodec('evm'), state) })
}
