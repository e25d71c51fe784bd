/** What goes in and out of the Ethereum address manager. */
import {
  actorIdUint,
  address,
  byteString,
  type Infer,
  nullable,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { ethAddress, word32 } from '../evm/params.ts'

export const EamMethod = { Constructor: 1, Create: 2, Create2: 3, CreateExternal: 4 } as const

export const CreateParams = tuple(
  {
    initcode: byteString,
    /** The contract's own count of what it has made. */
    nonce: uint64,
  },
  'CreateParams',
)
export type CreateParams = Infer<typeof CreateParams>

export const Create2Params = tuple({ initcode: byteString, salt: word32 }, 'Create2Params')
export type Create2Params = Infer<typeof Create2Params>

export const CreateReturn = tuple(
  {
    actorId: actorIdUint,
    /** Null where a contract was made again. */
    robustAddress: nullable(address),
    ethAddress,
  },
  'CreateReturn',
)
export type CreateReturn = Infer<typeof CreateReturn>
