/** Actor ids as map keys where a map is keyed by the bare number rather than by the ID address. */
import type { KeyCodec } from '../primitives/hamt-keys.ts'
import { uvarintNumberKey } from '../primitives/hamt-keys.ts'
import type { ActorId } from '../primitives/units.ts'

/** Unsigned varint of the id. */
export const actorNumberKey = uvarintNumberKey as unknown as KeyCodec<ActorId>
