/**
 * The chain as one node holds it: tipsets by key and height, messages, and what each tipset did. The head's ancestors
 * are indexed by height; what a reorganisation leaves behind stays reachable by key.
 */
import { assert, defined } from '../../primitives/assert.ts'
import { bytesKey } from '../../primitives/bytes.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { MachineContext } from '../vm/context.ts'
import type { Actors } from '../vm/state-tree.ts'
import type { MessageOutcome } from './apply-tipset.ts'
import type { BlockHeader } from './block.ts'
import type { SignedMessage } from './message.ts'
import type { Receipt } from './receipt.ts'
import { type Tipset, tipsetKeyBytes } from './tipset.ts'

/** What a tipset did to the state of its parent. */
export interface Execution {
  readonly tipset: Tipset
  readonly outcomes: readonly MessageOutcome[]
  readonly receipts: readonly Receipt[]
  /** All actors afterwards. */
  readonly state: Actors
  /** Root of that state, or the running digest where roots are deferred. */
  readonly stateRoot: Cid
  readonly receiptsRoot: Cid
  /** What its messages began with, to run them again; undefined where there are none. */
  readonly start: { readonly state: Actors; readonly context: MachineContext } | undefined
}

/** The messages of a block by kind, each in order. */
export interface BlockMessages {
  readonly bls: readonly SignedMessage[]
  readonly secp: readonly SignedMessage[]
}

/** Where a message was executed. */
export interface MessageLocation {
  readonly tipset: Tipset
  /** Position among the tipset's messages. */
  readonly index: number
}

export class ChainStore {
  #head: Tipset
  readonly genesis: Tipset
  readonly #tipsets = new Map<string, Tipset>()
  readonly #blocks = new Map<string, BlockHeader>()
  readonly #messages = new Map<string, BlockMessages>()
  readonly #executions = new Map<string, Execution>()
  readonly #heights = new Map<ChainEpoch, Tipset>()
  readonly #located = new Map<string, MessageLocation>()
  /** Lowest height above genesis that has not been pruned. */
  #kept = 1

  constructor(genesis: Execution) {
    this.genesis = genesis.tipset
    this.#head = genesis.tipset
    this.put(genesis, [{ bls: [], secp: [] }])
    this.setHead(genesis.tipset)
  }

  get head(): Tipset {
    return this.#head
  }

  /** Keeps an executed tipset and the messages of each of its blocks. */
  put(execution: Execution, messages: readonly BlockMessages[]): void {
    const { tipset } = execution
    assert(messages.length === tipset.blocks.length, 'messages for every block')
    this.#tipsets.set(tipset.key, tipset)
    this.#executions.set(tipset.key, execution)
    for (const [i, cid] of tipset.cids.entries()) {
      this.#blocks.set(cid.key, tipset.blocks[i]!)
      if (messages[i]!.bls.length + messages[i]!.secp.length > 0)
        this.#messages.set(cid.key, messages[i]!)
    }
  }

  /** Makes a kept tipset the head, and its ancestors the chain. */
  setHead(tipset: Tipset): void {
    this.#undoAbove(tipset)
    for (let at: Tipset | undefined = tipset; at; at = this.parent(at)) {
      if (this.#heights.get(at.height)?.key === at.key) break
      this.#replace(at)
    }
    this.#head = tipset
  }

  #replace(tipset: Tipset): void {
    this.#forget(this.#heights.get(tipset.height))
    this.#heights.set(tipset.height, tipset)
    const { outcomes } = this.execution(tipset)
    for (const [index, { cid }] of outcomes.entries()) this.#located.set(cid.key, { tipset, index })
  }

  /** Takes from the index what the way to `tipset` does not contain. */
  #undoAbove(tipset: Tipset): void {
    for (let at: Tipset | undefined = this.#head; at; at = this.parent(at)) {
      if (at.height < tipset.height || at.key === tipset.key) break
      this.#forget(at)
      this.#heights.delete(at.height)
    }
  }

  #forget(tipset: Tipset | undefined): void {
    const execution = tipset && this.#executions.get(tipset.key)
    for (const { cid } of execution?.outcomes ?? [])
      if (this.#located.get(cid.key)?.tipset.key === tipset!.key) this.#located.delete(cid.key)
  }

  /** Says anew what a kept tipset did. */
  amend(execution: Execution): void {
    assert(this.#executions.has(execution.tipset.key), 'a tipset that is kept')
    this.#executions.set(execution.tipset.key, execution)
  }

  /** Makes an ancestor of the head the head, and lets go of all that came after it. */
  rollback(tipset: Tipset): void {
    for (let at = this.#head; at.key !== tipset.key; at = this.#head) {
      const parent = defined(this.parent(at), 'an ancestor to go back to')
      this.#drop(at)
      this.#head = parent
    }
  }

  tipset(cids: readonly Cid[]): Tipset | undefined {
    return this.#tipsets.get(bytesKey(tipsetKeyBytes(cids)))
  }

  parent(tipset: Tipset): Tipset | undefined {
    return this.#tipsets.get(tipset.parentKey)
  }

  block(cid: Cid): BlockHeader | undefined {
    return this.#blocks.get(cid.key)
  }

  messagesOf(block: Cid): BlockMessages {
    return this.#messages.get(block.key) ?? { bls: [], secp: [] }
  }

  /** The tipset of the chain at a height; undefined for a null round or beyond the head. */
  at(height: ChainEpoch): Tipset | undefined {
    return this.#heights.get(height)
  }

  /** The tipset at a height or, for a null round, the nearest one after it. */
  atOrAfter(height: ChainEpoch): Tipset | undefined {
    for (let h = Math.max(0, height); h <= this.#head.height; h++) {
      const found = this.#heights.get(h)
      if (found) return found
    }
    return undefined
  }

  /** The tipset at a height or, for a null round, the nearest one before it. */
  atOrBefore(height: ChainEpoch): Tipset {
    for (let h = Math.min(height, this.#head.height); h > 0; h--) {
      const found = this.#heights.get(h)
      if (found) return found
    }
    return this.genesis
  }

  /** @throws InvariantError when the tipset is not kept, or was let go. */
  execution(tipset: Tipset): Execution {
    return defined(this.#executions.get(tipset.key), `execution of tipset ${tipset.height}`)
  }

  /** Where a message of the chain was executed, by its chain CID. */
  locate(cid: Cid): MessageLocation | undefined {
    return this.#located.get(cid.key)
  }

  /** Lets go of everything below a height, except genesis: for runs that nobody looks back into. */
  prune(below: ChainEpoch): void {
    for (; this.#kept < below; this.#kept++) {
      const tipset = this.#heights.get(this.#kept)
      if (tipset) this.#drop(tipset)
    }
  }

  #drop(tipset: Tipset): void {
    this.#forget(tipset)
    this.#heights.delete(tipset.height)
    this.#tipsets.delete(tipset.key)
    this.#executions.delete(tipset.key)
    for (const cid of tipset.cids) {
      this.#blocks.delete(cid.key)
      this.#messages.delete(cid.key)
    }
  }
}
