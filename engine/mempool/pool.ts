/**
 * Messages waiting for a block: checked as they come in, kept by sender in nonce order, dropped once the chain has
 * them (Lotus `chain/messagepool`).
 */
import type { ActorType } from '../../actors/manifest.ts'
import type { Address } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { ceilDiv, type TokenAmount } from '../../primitives/units.ts'
import { BLOCK_GAS_LIMIT, MINIMUM_BASE_FEE } from '../chain/base-fee.ts'
import {
  chainLength,
  type Message,
  type SignedMessage,
  signedMessageCid,
} from '../chain/message.ts'
import { keyAddress, verifyMessageSignature } from '../chain/message-signature.ts'
import { isUnsigned } from '../chain/unsigned.ts'
import { onChainMessage } from '../vm/price-list.ts'
import type { StateTree } from '../vm/state-tree.ts'
import { InvalidMessage, type InvalidMessageReason } from './invalid-message.ts'

const MAX_MESSAGE_BYTES = 64 * 1024
const MAX_VALUE = 2_000_000_000n * 10n ** 18n
/** A replacement pays at least this many percent of the premium it replaces. */
const REPLACE_PERCENT = 125n

interface Pending {
  readonly signed: SignedMessage
  readonly cid: Cid
}

export class MessagePool {
  /** attoFIL per gas that messages must be ready to pay, at least. */
  leastFeeCap: TokenAmount = MINIMUM_BASE_FEE
  /** Gas that one message may ask for. */
  gasLimit = BLOCK_GAS_LIMIT
  readonly #senders = new Map<string, Pending[]>()
  readonly #chainId: bigint

  constructor(chainId: bigint) {
    this.#chainId = chainId
  }

  /**
   * Takes a message that can follow `tree`, the state after the head.
   * @param verified - whether the signature is known to be good.
   * @throws InvalidMessage saying why not; the pool is as before.
   */
  add(signed: SignedMessage, tree: StateTree, verified = false): Cid {
    const { message } = signed
    checkFields(message, chainLength(signed), this)
    const { nonce, balance, pays } = senderOf(message.from, tree, isUnsigned(signed))
    const queue = this.#queue(message.from, nonce)
    const next = nonce + BigInt(queue.length)
    if (message.nonce < nonce) refuse({ code: 'nonce-too-low', expected: next, got: message.nonce })
    if (message.nonce > next) refuse({ code: 'nonce-gap', expected: next, got: message.nonce })
    const signer = keyAddress(message.from, tree)
    if (!verified && !verifyMessageSignature(signed, signer, this.#chainId))
      refuse({ code: 'bad-signature', from: message.from.toString() })
    const at = Number(message.nonce - nonce)
    checkReplacement(queue[at]?.signed.message, message)
    const others = queue.filter((_, i) => i !== at)
    if (pays) checkFunds(message, others, balance)
    const cid = signedMessageCid(signed)
    queue[at] = { signed, cid }
    this.#senders.set(message.from.key, queue)
    return cid
  }

  /**
   * Nonce of the next message of a sender, waiting ones counted.
   * @param anySender - whether it may be one without a key.
   * @throws InvalidMessage for no such sender.
   */
  nextNonce(from: Address, tree: StateTree, anySender = false): bigint {
    const { nonce } = senderOf(from, tree, anySender)
    return nonce + BigInt(this.#queue(from, nonce).length)
  }

  /** Waiting messages, each sender's in nonce order. */
  pending(): SignedMessage[] {
    return [...this.#senders.values()].flat().map(({ signed }) => signed)
  }

  find(cid: Cid): SignedMessage | undefined {
    for (const queue of this.#senders.values())
      for (const pending of queue) if (pending.cid.equals(cid)) return pending.signed
    return undefined
  }

  /** Takes out a message and those of the same sender after it, which could not follow the one before. */
  remove(cid: Cid): SignedMessage[] {
    for (const [key, queue] of this.#senders) {
      const at = queue.findIndex((pending) => pending.cid.equals(cid))
      if (at < 0) continue
      if (at === 0) this.#senders.delete(key)
      else this.#senders.set(key, queue.slice(0, at))
      return queue.slice(at).map(({ signed }) => signed)
    }
    return []
  }

  /** Remembers what waits; the function that is returned goes back to it. */
  save(): () => void {
    const senders = [...this.#senders]
    return () => {
      this.#senders.clear()
      for (const [key, queue] of senders) this.#senders.set(key, queue)
    }
  }

  clear(): void {
    this.#senders.clear()
  }

  get size(): number {
    let size = 0
    for (const queue of this.#senders.values()) size += queue.length
    return size
  }

  /** Drops what the state after a new head has used up or can no longer take. */
  reconcile(tree: StateTree): void {
    for (const [key, queue] of this.#senders) {
      const from = queue[0]!.signed.message.from
      const id = tree.resolve(from)
      const nonce = (id === undefined ? undefined : tree.get(id))?.sequence ?? 0n
      const left = queue.filter(({ signed }) => signed.message.nonce >= nonce)
      // Where the chain went back, the message that would come first may be gone.
      if (left.length > 0 && left[0]!.signed.message.nonce === nonce) this.#senders.set(key, left)
      else this.#senders.delete(key)
    }
  }

  /** A copy of what waits for a sender from `nonce` on. */
  #queue(from: Address, nonce: bigint): Pending[] {
    const queue = this.#senders.get(from.key) ?? []
    return queue.filter(({ signed }) => signed.message.nonce >= nonce)
  }
}

const refuse = (reason: InvalidMessageReason): never => {
  throw new InvalidMessage(reason)
}

function checkFields(
  message: Message,
  bytes: number,
  { gasLimit: most, leastFeeCap }: Pick<MessagePool, 'gasLimit' | 'leastFeeCap'>,
): void {
  if (bytes > MAX_MESSAGE_BYTES) refuse({ code: 'too-large', bytes, max: MAX_MESSAGE_BYTES })
  const bad = (field: string, why: string) => refuse({ code: 'bad-field', field, why })
  const { version, value, gasLimit, gasFeeCap, gasPremium } = message
  if (version !== 0n) bad('Version', `expected 0, got ${version}`)
  if (value < 0n || value > MAX_VALUE) bad('Value', `expected 0 to 2e27 attoFIL, got ${value}`)
  if (gasLimit > BigInt(most)) bad('GasLimit', `at most ${most}, got ${gasLimit}`)
  const least = BigInt(Math.ceil(onChainMessage(bytes) / 1000))
  if (gasLimit < least) bad('GasLimit', `intrinsic gas too low: at least ${least}, got ${gasLimit}`)
  if (gasFeeCap < leastFeeCap) bad('GasFeeCap', `at least ${leastFeeCap}, got ${gasFeeCap}`)
  if (gasPremium < 0n) bad('GasPremium', `negative: ${gasPremium}`)
  if (gasPremium > gasFeeCap) bad('GasPremium', `above the fee cap: ${gasPremium} > ${gasFeeCap}`)
}

/** The sender, and whether it pays for gas, as all do that have a key. */
function senderOf(from: Address, tree: StateTree, anySender: boolean) {
  const id = tree.resolve(from)
  const actor = id === undefined ? undefined : tree.get(id)
  const pays = actor !== undefined && KEYED.has(actor.type)
  if (!actor || (!pays && !anySender))
    return refuse({ code: 'unknown-sender', from: from.toString() })
  return { nonce: actor.sequence, balance: actor.balance, pays }
}

const KEYED: ReadonlySet<ActorType> = new Set(['account', 'ethaccount', 'placeholder'])

function checkReplacement(old: Message | undefined, message: Message): void {
  if (!old) return
  const needed = ceilDiv(old.gasPremium * REPLACE_PERCENT, 100n)
  if (message.gasPremium < needed)
    refuse({ code: 'replacement-underpriced', needed, got: message.gasPremium })
}

function checkFunds(message: Message, others: readonly Pending[], balance: TokenAmount): void {
  const cost = ({ value, gasLimit, gasFeeCap }: Message) => value + gasLimit * gasFeeCap
  const needed = others.reduce((sum, { signed }) => sum + cost(signed.message), cost(message))
  if (needed > balance) refuse({ code: 'insufficient-funds', needed, balance })
}
