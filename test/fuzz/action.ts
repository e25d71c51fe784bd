/** Something that may happen to a network. */
import type { World } from './world.ts'

export interface Action {
  readonly name: string
  /** How often, compared with the others. */
  readonly weight: number
  readonly run: (world: World) => void
}
