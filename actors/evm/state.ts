/** State of a contract. */
import {
  actorIdUint,
  byteString,
  type Infer,
  nullable,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { kamt } from '../../primitives/kamt.ts'
import { u256 } from '../../primitives/u256.ts'
import type { Runtime } from '../runtime.ts'
import { bytecode } from './bytecode.ts'

/** A message: what was written or destroyed during it ends with it. */
export const MessageLifespan = tuple(
  {
    /** Its sender. */
    origin: actorIdUint,
    nonce: uint64,
  },
  'MessageLifespan',
)
export type MessageLifespan = Infer<typeof MessageLifespan>

export const TransientData = tuple(
  {
    transientDataState: kamt(u256),
    lifespan: MessageLifespan,
  },
  'TransientData',
)
export type TransientData = Infer<typeof TransientData>

export const EvmState = tuple(
  {
    /** The runtime code. */
    bytecode,
    /** Keccak-256 of the code. */
    bytecodeHash: byteString,
    /** Storage; what is zero is not in it. */
    contractState: kamt(u256),
    /** Stays when its message is over, until the next one writes some. */
    transientData: nullable(TransientData),
    /** Of the next contract it creates. */
    nonce: uint64,
    /** The message in which it destroyed itself; from the next one on it is empty. */
    tombstone: nullable(MessageLifespan),
  },
  'EvmState',
)
export type EvmState = Infer<typeof EvmState>

/** The message being executed. */
export const currentLifespan = ({ origin, nonce }: Runtime): MessageLifespan => ({ origin, nonce })

export const sameLifespan = (a: MessageLifespan, b: MessageLifespan): boolean =>
  a.origin === b.origin && a.nonce === b.nonce

/** Whether a contract destroyed itself in an earlier message; until the end of its own one it goes on. */
export function isDead(rt: Runtime, { tombstone }: EvmState): boolean {
  return tombstone !== null && !sameLifespan(tombstone, currentLifespan(rt))
}
