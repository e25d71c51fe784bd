/** State of a contract. Its code and its storage stand as CIDs until something opens them. */
import {
  actorIdUint,
  byteString,
  cidLink,
  type Infer,
  nullable,
  tuple,
  uint64,
} from '../../primitives/codec.ts'

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
    /** KAMT of U256 by U256. */
    transientDataState: cidLink,
    lifespan: MessageLifespan,
  },
  'TransientData',
)
export type TransientData = Infer<typeof TransientData>

export const EvmState = tuple(
  {
    /** Raw block: the runtime code. */
    bytecode: cidLink,
    /** Keccak-256 of the code. */
    bytecodeHash: byteString,
    /** KAMT of U256 by U256. */
    contractState: cidLink,
    transientData: nullable(TransientData),
    /** Of the next contract it creates. */
    nonce: uint64,
    /** The message in which it destroyed itself; from the next one on it is empty. */
    tombstone: nullable(MessageLifespan),
  },
  'EvmState',
)
export type EvmState = Infer<typeof EvmState>
