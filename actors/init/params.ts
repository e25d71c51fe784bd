/** What goes in and out of the init actor. */
import { address, byteString, cidLink, type Infer, text, tuple } from '../../primitives/codec.ts'

export const InitMethod = { Constructor: 1, Exec: 2, Exec4: 3 } as const

export const InitConstructorParams = tuple({ networkName: text }, 'InitConstructorParams')
export type InitConstructorParams = Infer<typeof InitConstructorParams>

export const ExecParams = tuple(
  {
    codeCid: cidLink,
    /** CBOR; no bytes for no parameters. */
    constructorParams: byteString,
  },
  'ExecParams',
)
export type ExecParams = Infer<typeof ExecParams>

export const Exec4Params = tuple(
  { codeCid: cidLink, constructorParams: byteString, subaddress: byteString },
  'Exec4Params',
)
export type Exec4Params = Infer<typeof Exec4Params>

export const ExecReturn = tuple(
  {
    idAddress: address,
    /** f2: stays the same when a reorganisation gives the actor another id. */
    robustAddress: address,
  },
  'ExecReturn',
)
export type ExecReturn = Infer<typeof ExecReturn>
