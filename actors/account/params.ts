/** What goes in and out of an account. */
import { byteString, type Infer, tuple } from '../../primitives/codec.ts'

export const AccountMethod = {
  Constructor: 1,
  PubkeyAddress: 2,
  AuthenticateMessage: 2643134072,
} as const

export const AuthenticateMessageParams = tuple(
  {
    /** Without a type byte; the type follows from the account's address. */
    signature: byteString,
    message: byteString,
  },
  'AuthenticateMessageParams',
)
export type AuthenticateMessageParams = Infer<typeof AuthenticateMessageParams>
