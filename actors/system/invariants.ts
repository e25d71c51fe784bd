/** What holds for the state of the system actor. */
import type { Manifest } from '../manifest.ts'
import type { SystemState } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. */
export function brokenSystemInvariants(state: SystemState, manifest: Manifest): string[] {
  if (state.builtinActors.equals(manifest.dataCid)) return []
  return [`runs the actors of ${state.builtinActors}, not ${manifest.dataCid}`]
}
