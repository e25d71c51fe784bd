/** State of the system actor: which code the network runs. */
import { cidLink, type Infer, tuple } from '../../primitives/codec.ts'
import type { Manifest } from '../manifest.ts'

export const SystemState = tuple(
  {
    /** CID of the manifest data: a list of names and code CIDs. */
    builtinActors: cidLink,
  },
  'SystemState',
)
export type SystemState = Infer<typeof SystemState>

/** State of a network that runs this bundle. */
export function initialSystemState(manifest: Manifest): SystemState {
  return { builtinActors: manifest.dataCid }
}
