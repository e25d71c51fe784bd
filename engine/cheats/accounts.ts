/** Writing to accounts and contracts what no message could: money, nonces, code and storage. */
import { Bytecode } from '../../actors/evm/bytecode.ts'
import type { EvmState } from '../../actors/evm/state.ts'
import type { ActorType } from '../../actors/manifest.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { keccak256 } from '../../primitives/crypto/hash.ts'
import { delegatedEthAddress, type EthAddress } from '../../primitives/eth-address.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { Kamt } from '../../primitives/kamt.ts'
import { Link } from '../../primitives/link.ts'
import { u256 } from '../../primitives/u256.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import type { Node } from '../node.ts'
import { applyImplicit, systemMessage } from '../vm/executor.ts'
import { type Actor, stateCodec, type StateTree, withBalance } from '../vm/state-tree.ts'

/** What is written to: a node, or a state of its own that a call runs on. */
export type Editable = Pick<Node, 'edit' | 'nextContext' | 'overrides' | 'pool'>

/**
 * Gives an actor another balance; an account that is not there is made. What is given is made out of nothing, what is taken
 * goes to nowhere: both are counted in `node.overrides.minted`.
 * @throws InvalidInput for an actor that accounts for its money in its state.
 */
export function setBalance(node: Editable, address: Address, balance: TokenAmount): void {
  if (balance < 0n) throw new InvalidInput('balance', `negative: ${balance}`)
  const given = node.edit((tree) => {
    const id = existing(node, tree, address)
    const actor = tree.get(id)!
    checkFree(id, actor, balance)
    tree.set(id, withBalance(actor, balance))
    return balance - actor.balance
  })
  node.overrides = { ...node.overrides, minted: node.overrides.minted + given }
}

/** Adds to a balance, as `setBalance` does. @throws InvalidInput */
export function addBalance(node: Node, address: Address, amount: TokenAmount): void {
  const id = node.state.resolve(address)
  const had = (id === undefined ? undefined : node.state.get(id))?.balance ?? 0n
  setBalance(node, address, had + amount)
}

/** Messages an account has sent; contracts that a contract has made. @throws InvalidInput */
export function setNonce(node: Editable, address: Address, nonce: bigint): void {
  node.edit((tree) => {
    const id = existing(node, tree, address)
    const { type } = tree.get(id)!
    if (type === 'evm') return changeContract(tree, id, (state) => ({ ...state, nonce }))
    if (!SENDERS.has(type)) throw new InvalidInput('address', `f0${id} is no account but ${type}`)
    if (node.pool.pending().some(({ message }) => tree.resolve(message.from) === id))
      throw new InvalidInput('address', `messages of f0${id} are waiting`)
    // A placeholder that has sent something is an account.
    tree.update(id, { sequence: nonce, type: type === 'placeholder' ? 'ethaccount' : type })
  })
}

/** Makes an address a contract with this code, or gives a contract other code; its storage stays. @throws InvalidInput */
export function setCode(node: Editable, address: Address, code: Uint8Array): void {
  if (code.length > MAX_CODE_BYTES)
    throw new InvalidInput('code', `${code.length} bytes, at most ${MAX_CODE_BYTES}`)
  if (code[0] === RESERVED_FIRST_BYTE) throw new InvalidInput('code', 'begins with 0xef')
  const own = address.protocol === PROTOCOL.delegated ? delegatedEthAddress(address) : undefined
  node.edit((tree) => {
    const id = existing(node, tree, address)
    const { type } = tree.get(id)!
    const bytecode = { bytecode: Bytecode.of(code), bytecodeHash: keccak256(code), tombstone: null }
    if (type === 'evm') return changeContract(tree, id, (state) => ({ ...state, ...bytecode }))
    const mayBe = type === 'placeholder' || type === 'ethaccount'
    if (!mayBe || !own || !isAssignable(own))
      throw new InvalidInput('address', `f0${id} is ${type}: only f410 addresses can be contracts`)
    const state: EvmState = {
      ...bytecode,
      contractState: Kamt.empty(u256),
      transientData: null,
      nonce: 1n,
    }
    tree.update(id, { type: 'evm', state: Link.to(stateCodec('evm'), state) })
  })
}

/** Writes a word of a contract's storage. @throws InvalidInput for what is no contract. */
export function setStorageAt(node: Editable, address: Address, slot: bigint, value: bigint): void {
  node.edit((tree) => {
    const id = tree.resolve(address)
    const type = id === undefined ? undefined : tree.get(id)?.type
    if (type !== 'evm' || id === undefined)
      throw new InvalidInput('address', `${address} is ${type ?? 'not there'}: no contract`)
    changeContract(tree, id, (state) => {
      const { contractState: slots } = state
      const contractState = value === 0n ? slots.delete(slot) : slots.set(slot, value)
      return { ...state, contractState }
    })
  })
}

const SENDERS: ReadonlySet<ActorType> = new Set(['account', 'ethaccount', 'placeholder'])
/** Whose state says nothing of how much they have. */
const FREE: ReadonlySet<ActorType> = new Set([...SENDERS, 'evm', 'multisig'])
/** EIP-170, and EIP-3541. */
const MAX_CODE_BYTES = 24_576
const RESERVED_FIRST_BYTE = 0xef

/** Id of an address; a transfer of nothing makes the account of a key. @throws InvalidInput where there can be none. */
export function existing(node: Editable, tree: StateTree, address: Address): ActorId {
  const known = tree.resolve(address)
  if (known !== undefined && tree.get(known)) return known
  const context = { ...node.nextContext(), metered: false }
  if (address.protocol !== PROTOCOL.id && address.protocol !== PROTOCOL.actor)
    applyImplicit(tree, context, { ...systemMessage(SYSTEM_ACTOR, 0), to: address })
  const id = tree.resolve(address)
  if (id === undefined || !tree.get(id)) throw new InvalidInput('address', `no actor ${address}`)
  return id
}

function checkFree(id: ActorId, { type, state }: Actor, balance: TokenAmount): void {
  if (FREE.has(type)) return
  if (type !== 'storageminer')
    throw new InvalidInput('address', `f0${id} is ${type}: its state says how much it has`)
  const { lockedFunds, initialPledge, preCommitDeposits } = state.get() as MinerState
  const least = lockedFunds + initialPledge + preCommitDeposits
  if (balance < least)
    throw new InvalidInput('balance', `${balance} is below what the miner has locked, ${least}`)
}

function changeContract(tree: StateTree, id: ActorId, change: (state: EvmState) => EvmState): void {
  const state = change(tree.get(id)!.state.get() as EvmState)
  tree.update(id, { state: Link.to(stateCodec('evm'), state) })
}

/** Not where precompiles are. */
const isAssignable = (address: EthAddress): boolean =>
  (address[0] !== 0x00 && address[0] !== 0xfe) || address.subarray(1, 19).some((byte) => byte !== 0)
