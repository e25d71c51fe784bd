/**
 * Which code hashes the large layers of commitment trees: the native addon @chainsafe/hashtree, which uses the machine's own
 * instructions for SHA-256, or the kernel in `wasm/` where the addon does not load. The results are the same.
 */
import { lazily } from './lazy.ts'

export type LayerEngine = 'hashtree' | 'wasm'

/** Fills `parents` with the SHA-256 of each pair of 32-byte nodes, the top two bits of each cleared. */
export type NativeLayer = (nodes: Uint8Array, parents: Uint8Array) => void

/** The addon, where it is in use. Loaded when first asked for. */
export function nativeLayer(): NativeLayer | undefined {
  if (active === undefined) active = loadNativeLayer() ?? 'wasm'
  return active === 'wasm' ? undefined : active
}

/** @throws Error when the addon is asked for and has no binary for this platform. */
export function chooseLayerEngine(engine: LayerEngine): void {
  const chosen = engine === 'wasm' ? 'wasm' : loadNativeLayer()
  if (chosen === undefined) throw new Error('@chainsafe/hashtree does not load here')
  active = chosen
}

let active: NativeLayer | 'wasm' | undefined
const addon = lazily<typeof import('@chainsafe/hashtree')>('@chainsafe/hashtree')

function loadNativeLayer(): NativeLayer | undefined {
  try {
    const { hashInto } = addon()
    return (nodes, parents) => {
      if (nodes.length === 0) return
      hashInto(nodes, parents)
      for (let i = 31; i < parents.length; i += 32) parents[i] = parents[i]! & 0x3f
    }
  } catch {
    // No binary for this platform.
    return undefined
  }
}
