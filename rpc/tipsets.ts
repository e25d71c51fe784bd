/** Which tipset a question is about: by its key, or by what Ethereum clients call a block. */
import type { Tipset } from '../engine/chain/tipset.ts'
import { tipsetToJson } from '../engine/chain/tipset.ts'
import type { Cid } from '../primitives/cid.ts'
import { toHex } from '../primitives/bytes.ts'
import type { ChainEpoch } from '../primitives/units.ts'
import type { RpcContext } from './context.ts'
import { nullRound, refused } from './errors.ts'
import type { BlockParam, BlockTag } from './eth-params.ts'

/** Epochs behind the head at which Lotus calls a tipset safe. */
const SAFE_DISTANCE = 30

/** The tipset with this key; the head for no CIDs. @throws RpcError where it is not known. */
export function tipsetOf({ node }: RpcContext, key: readonly Cid[]): Tipset {
  if (key.length === 0) return node.head
  const found = node.store.tipset(key)
  if (!found) throw refused(`loading tipset {${key.join(',')}}: not found`)
  return found
}

/**
 * The tipset at a height among the ancestors of `from`, or the nearest one before it.
 * @throws RpcError for a height above that of `from`.
 */
export function tipsetAt({ node }: RpcContext, height: ChainEpoch, from: Tipset): Tipset {
  if (height > from.height)
    throw refused(
      `looking for tipset with height greater than start point, req: ${height}, head: ${from.height}`,
    )
  const { store } = node
  if (store.at(from.height)?.key === from.key) return store.atOrBefore(height)
  let at = from
  while (at.height > height) at = store.parent(at) ?? store.genesis
  return at
}

/**
 * The tipset of a block parameter. The head is executed, so it is the latest.
 * @param strict - whether a null round is an error rather than the tipset before it.
 */
export function tipsetOfBlock(context: RpcContext, param: BlockParam, strict = false): Tipset {
  if ('tag' in param) return tipsetOfTag(context, param.tag)
  if ('hash' in param) return tipsetOfHash(context, param.hash, param.requireCanonical)
  const { head } = context.node
  if (param.number > head.height) throw refused(`requested a future epoch (beyond 'latest')`)
  const found = tipsetAt(context, param.number, head)
  if (strict && found.height !== param.number) throw nullRound(param.number)
  return found
}

function tipsetOfTag(context: RpcContext, tag: BlockTag): Tipset {
  const { node } = context
  const behind = (epochs: number) =>
    tipsetAt(context, Math.max(0, node.head.height - epochs), node.head)
  switch (tag) {
    case 'earliest':
      throw refused('block param "earliest" is not supported')
    case 'safe':
      return behind(SAFE_DISTANCE)
    case 'finalized':
      return behind(node.params.policy.chainFinality)
    default:
      return node.head
  }
}

/** @throws RpcError where no tipset has this hash, or the chain has another at its height. */
export function tipsetOfHash(
  { node, index }: RpcContext,
  hash: Uint8Array,
  canonical = false,
): Tipset {
  const found = index.tipset(hash)
  if (!found) throw refused(`failed to find tipset for block hash: 0x${toHex(hash)}`)
  if (canonical && node.store.at(found.height)?.key !== found.key)
    throw refused('tipset is not canonical')
  return found
}

export const tipsetJson = ({ node }: RpcContext, tipset: Tipset) =>
  tipsetToJson(tipset, node.params.letter)
