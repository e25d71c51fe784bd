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
import {
  ethAddress,
  ethHash,
  hexBytes,
  optional,
  quantity,
  smallQuantity,
  storageKey,
} from './decoders.ts'
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

export type BlockOverride = Partial<
  Pick<MachineContext, 'epoch' | 'timestamp' | 'baseFee' | 'givenBlock'>
>

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

/**
 * `{number, time, gasLimit, feeRecipient, prevRandao, baseFeePerGas, blockHash}`, or by the names that older nodes have for
 * some of them. `gasLimit` is what contracts are told; it does not bound the call. `blockHash` is hashes by number, as
 * Erigon takes them.
 */
export const blockOverride: Decoder<BlockOverride> = (value) => {
  const fields = objectFields(value, 'block overrides')
  for (const [name, why] of Object.entries(NOT_HERE))
    if (name in fields) throw new Mismatch(`no ${name}`, fields[name], why)
  refuseUnknown(fields, BLOCK_FIELDS.flat())
  const field = <T>(name: BlockField, decoder: Decoder<T>): T | undefined => {
    const names = BLOCK_FIELDS.find(([first]) => first === name)!
    const given = names.filter((one) => fields[one] !== undefined && fields[one] !== null)
    if (given.length > 1) throw new Mismatch(`either ${given.join(' or ')}`, value)
    return inFieldOf(fields, given[0] ?? name, optional(decoder, undefined))
  }
  const givenBlock = present({
    coinbase: field('feeRecipient', ethAddress),
    gasLimit: field('gasLimit', quantity),
    prevRandao: field('prevRandao', storageKey),
    hashes: field('blockHash', blockHashes),
  })
  return present({
    epoch: field('number', smallQuantity),
    timestamp: field('time', smallQuantity),
    baseFee: field('baseFeePerGas', quantity),
    givenBlock: Object.keys(givenBlock).length === 0 ? undefined : givenBlock,
  })
}

/** Fields, each with the other names it has. */
const BLOCK_FIELDS = [
  ['number'],
  ['time'],
  ['gasLimit'],
  ['feeRecipient', 'coinbase'],
  ['prevRandao', 'random'],
  ['baseFeePerGas', 'baseFee'],
  ['blockHash'],
] as const
type BlockField = (typeof BLOCK_FIELDS)[number][0]

/** What blocks of Ethereum have and those of Filecoin have not. */
const NOT_HERE = {
  difficulty: 'contracts are told prevRandao in its place',
  blobBaseFee: 'there are no blobs',
  beaconRoot: 'there is no beacon chain',
  withdrawals: 'there are no withdrawals',
}

const blockHashes: Decoder<ReadonlyMap<number, Uint8Array>> = (value) =>
  new Map(
    Object.entries(objectFields(value, 'hashes by number')).map(([number, hash]) => [
      smallQuantity(number),
      ethHash(hash),
    ]),
  )

/** Without what is undefined, so that it replaces nothing. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as ReturnType<typeof present<T>>
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
