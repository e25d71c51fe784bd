/** Wire form of a smoothed estimate, as states hold it and as actors tell each other. */
import { bigInt, type Infer, tuple } from '../primitives/codec.ts'

/** Position and velocity, both Q.128; see `primitives/smoothing.ts` for what they mean. */
export const FilterEstimate = tuple({ position: bigInt, velocity: bigInt }, 'FilterEstimate')
export type FilterEstimate = Infer<typeof FilterEstimate>
