/** Turns what a tipset did into receipts and roots, and makes the first tipset of a chain. */
import { SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { idAddress } from '../../primitives/address.ts'
import { concatBytes, utf8 } from '../../primitives/bytes.ts'
import { Cid, CODEC, HASH, makeCid } from '../../primitives/cid.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import type { NetworkParams } from '../network-params.ts'
import type { RootsDial } from '../node.ts'
import { rootOf, type StateTree } from '../vm/state-tree.ts'
import type { MessageOutcome } from './apply-tipset.ts'
import { INITIAL_BASE_FEE } from './base-fee.ts'
import { messagesRoot } from './block.ts'
import type { Execution } from './chain-store.ts'
import { eventsRoot } from './event.ts'
import { type Receipt, receiptsRoot } from './receipt.ts'
import { makeTipset, type Tipset } from './tipset.ts'

/** Receipts, state and roots after a tipset. The state root is computed when somebody asks, a child's block at the latest. */
export function execution(
  tipset: Tipset,
  outcomes: readonly MessageOutcome[],
  tree: StateTree,
  parent: Execution,
  roots: RootsDial,
  start: Execution['start'],
): Execution {
  const receipts = outcomes.map(receiptOf)
  const state = tree.snapshot()
  const done = { tipset, outcomes, receipts, state, receiptsRoot: receiptsRoot(receipts), start }
  if (roots === 'deferred')
    return { ...done, stateRoot: deferredRoot(parent.stateRoot, tipset, done.receiptsRoot) }
  const { manifest } = tree
  return withRoot(done, () => rootOf(manifest, state))
}

/** What a tipset did where a hand from outside has written to the state after it. */
export function amended(done: Execution, tree: StateTree, roots: RootsDial): Execution {
  const { tipset, outcomes, receipts, receiptsRoot, start } = done
  const { manifest } = tree
  const state = tree.snapshot()
  const kept = { tipset, outcomes, receipts, state, receiptsRoot, start }
  const root = () => rootOf(manifest, state)
  if (roots === 'every-tipset') return withRoot(kept, root)
  return { ...kept, stateRoot: deferredRoot(done.stateRoot, tipset, root()) }
}

function withRoot(done: Omit<Execution, 'stateRoot'>, root: () => Cid): Execution {
  let known: Cid | undefined
  return {
    ...done,
    get stateRoot() {
      return (known ??= root())
    },
  }
}

function receiptOf({ result }: MessageOutcome): Receipt {
  return {
    exitCode: result.exitCode,
    returnValue: result.ret?.bytes ?? new Uint8Array(),
    gasUsed: result.gasUsed,
    eventsRoot: eventsRoot(result.events),
  }
}

/** What a header commits to where roots are deferred: all tipsets and receipts so far, and what was written between them. */
function deferredRoot(parent: Cid, tipset: Tipset, receipts: Cid): Cid {
  const blocks = tipset.cids.map(({ bytes }) => bytes)
  const digest = blake2b256(parent.bytes, ...blocks, receipts.bytes)
  return new Cid(concatBytes(DEFERRED_ROOT, digest))
}

/** What comes before the digest in the CID of a deferred root. */
const DEFERRED_ROOT = makeCid(CODEC.deferredRoot, HASH.blake2b256, new Uint8Array(32)).bytes.slice(
  0,
  -32,
)

/** The genesis block: no parents, no producer (Lotus `chain/gen/genesis`). */
export function genesisExecution(
  params: NetworkParams,
  tree: StateTree,
  roots: RootsDial,
): Execution {
  const state = tree.snapshot()
  const stateRoot = rootOf(tree.manifest, state)
  const noReceipts = receiptsRoot([])
  const tipset = makeTipset([
    {
      miner: idAddress(SYSTEM_ACTOR),
      ticket: { vrfProof: utf8(`${params.name} genesis`) },
      electionProof: { winCount: 0, vrfProof: new Uint8Array() },
      beaconEntries: [{ round: 0, data: new Uint8Array(32) }],
      winPoStProof: [],
      parents: [],
      parentWeight: 0n,
      height: 0,
      parentStateRoot: stateRoot,
      parentMessageReceipts: noReceipts,
      messages: messagesRoot([], []),
      blsAggregate: null,
      timestamp: params.genesisTime,
      blockSig: null,
      forkSignaling: 0n,
      parentBaseFee: INITIAL_BASE_FEE,
    },
  ])
  const root = roots === 'every-tipset' ? stateRoot : deferredRoot(stateRoot, tipset, noReceipts)
  return {
    tipset,
    outcomes: [],
    receipts: [],
    state,
    stateRoot: root,
    receiptsRoot: noReceipts,
    start: undefined,
  }
}
