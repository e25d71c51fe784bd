/**
 * Consensus faults that block headers prove: two blocks of one miner where there may be one, or a block that leaves out its
 * miner's own. Blocks need not be valid, only signed (Lotus `chain/vm/fvm.go`, FIP-0010).
 */
import type { ConsensusFault } from '../../actors/ports.ts'
import type { Cid } from '../../primitives/cid.ts'
import { decode } from '../../primitives/codec.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import {
  type BlockHeader,
  blockHeaderCodec,
  headerCid,
  headerSigningBytes,
} from '../chain/block.ts'
import type { Tipset } from '../chain/tipset.ts'
import { lookbackFor, workerKey } from './lookback.ts'
import type { Election } from './producer.ts'

/** The chain on which a fault is reported. */
export interface FaultContext {
  readonly election: Pick<Election, 'params' | 'crypto' | 'store'>
  /** The tipset whose state the report runs on. */
  readonly base: Tipset
  readonly epoch: ChainEpoch
}

/**
 * The fault that two headers prove, and for parent grinding a third, of a block beside the first that the second was built on.
 * Null when they prove none: also for what is no header, and for blocks from before the last finality.
 */
export function verifyConsensusFault(
  context: FaultContext,
  header1: Uint8Array,
  header2: Uint8Array,
  extra: Uint8Array,
): ConsensusFault | null {
  const [a, b] = [headerOf(header1), headerOf(header2)]
  if (!a || !b || headerCid(a).equals(headerCid(b))) return null
  const target = a.miner.id
  if (target === undefined || !a.miner.equals(b.miner) || b.height < a.height) return null
  const witness = extra.length > 0 ? headerOf(extra) : null
  if (witness === undefined) return null
  const type = faultType(a, b, witness)
  if (!type || !isSigned(context, a) || !isSigned(context, b)) return null
  return { target, epoch: b.height, type }
}

/** The last kind that applies. */
function faultType(
  a: BlockHeader,
  b: BlockHeader,
  witness: BlockHeader | null,
): ConsensusFault['type'] | undefined {
  if (witness && isParentGrinding(a, b, witness)) return 'parent-grinding'
  if (a.height === b.height) return 'double-fork'
  return sameCids(a.parents, b.parents) ? 'time-offset' : undefined
}

/** The miner of both built on a block beside its own, as if its own had not been there. */
const isParentGrinding = (a: BlockHeader, b: BlockHeader, witness: BlockHeader): boolean =>
  sameCids(a.parents, witness.parents) &&
  a.height === witness.height &&
  includes(b.parents, headerCid(witness)) &&
  !includes(b.parents, headerCid(a))

/** Whether a block is signed by who was its miner's worker then. */
function isSigned({ election, base, epoch }: FaultContext, header: BlockHeader): boolean {
  const { params, crypto, store } = election
  const { chainFinality } = params.policy
  const { blockSig, miner, height } = header
  if (height < epoch - chainFinality || height < 0 || blockSig?.type !== 'bls') return false
  const { state } = lookbackFor(store, base, height, chainFinality)
  const worker = workerKey(state, miner.id!)
  return (
    worker !== undefined && crypto.verify(worker.payload, headerSigningBytes(header), blockSig.data)
  )
}

function headerOf(bytes: Uint8Array): BlockHeader | undefined {
  try {
    return decode(blockHeaderCodec, bytes)
  } catch {
    return undefined
  }
}

const includes = (cids: readonly Cid[], cid: Cid): boolean => cids.some((one) => one.equals(cid))

/** In any order. */
const sameCids = (a: readonly Cid[], b: readonly Cid[]): boolean =>
  a.length === b.length && b.every((cid) => includes(a, cid))
