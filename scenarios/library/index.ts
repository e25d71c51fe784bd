/** All scenarios by name. */
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { Scenario } from '../scenario.ts'
import { firstLight } from './first-light.ts'

export const SCENARIOS: readonly Scenario[] = [firstLight]

/** @throws InvalidInput naming the scenarios there are. */
export function scenario(name: string): Scenario {
  const found = SCENARIOS.find((s) => s.name === name)
  if (found) return found
  const known = SCENARIOS.map((s) => s.name).join(', ')
  throw new InvalidInput('scenario', `no scenario ${JSON.stringify(name)}; there are: ${known}`)
}
