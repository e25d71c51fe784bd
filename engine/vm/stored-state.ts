/** State trees that were written down: opened lazily, so that only what is asked for is read. */
import { type Manifest, manifestOf } from '../../actors/manifest.ts'
import { SYSTEM_ACTOR } from '../../actors/singletons.ts'
import type { BlockSource } from '../../primitives/cbor.ts'
import type { Cid } from '../../primitives/cid.ts'
import { decode } from '../../primitives/codec.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { type Actors, stateRootCodec } from './state-tree.ts'

/**
 * The actors below a state root, and the bundle whose code they run.
 * @throws InvalidInput when there is no state root of a bundle that is known.
 */
export function openState(root: Cid, source: BlockSource): { actors: Actors; manifest: Manifest } {
  const reasons: string[] = []
  for (const bundle of ['mainnet', 'devnet'] as const) {
    const manifest = manifestOf(bundle)
    try {
      const { version, actors } = decode(stateRootCodec(manifest), source.get(root), source)
      if (version !== STATE_TREE_VERSION) reasons.push(`state tree version ${version}`)
      else if (actors.get(SYSTEM_ACTOR)) return { actors, manifest }
      else reasons.push('there is no system actor')
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new InvalidInput('root', `${root} is no state root: ${[...new Set(reasons)].join('; ')}`)
}

const STATE_TREE_VERSION = 5
