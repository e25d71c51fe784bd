/** Accounts: actors behind a secp256k1 or BLS key. They take any exported method and do nothing. */
import { PROTOCOL, type Address } from '../../primitives/address.ts'
import { address, bool } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import type { SignatureType } from '../ports.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { acceptExported } from './fallback.ts'
import { AccountMethod, AuthenticateMessageParams } from './params.ts'
import { AccountState } from './state.ts'

export const accountActor = defineActor<AccountState>({
  type: 'account',
  state: AccountState,
  methods: {
    [AccountMethod.Constructor]: method('Constructor', address, null, constructor),
    [AccountMethod.PubkeyAddress]: method('PubkeyAddress', null, address, pubkeyAddress),
    [AccountMethod.AuthenticateMessage]: method(
      'AuthenticateMessage',
      AuthenticateMessageParams,
      bool,
      authenticateMessage,
    ),
  },
  fallback: acceptExported,
})

function constructor(rt: Runtime<AccountState>, key: Address): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  require(signatureTypeOf(key) !==
    undefined, ExitCode.IllegalArgument, `address must use BLS or SECP protocol, got ${key.protocol}`)
  rt.create({ address: key })
}

function pubkeyAddress(rt: Runtime<AccountState>): Address {
  rt.acceptAnyCaller()
  return rt.state().address
}

/**
 * Says true when the signature is the account's over the message.
 * @throws ActorError `IllegalArgument` when it is not, `IllegalState` for an account without a key.
 */
function authenticateMessage(
  rt: Runtime<AccountState>,
  { signature, message }: AuthenticateMessageParams,
): boolean {
  rt.acceptAnyCaller()
  const signer = rt.state().address
  const type = signatureTypeOf(signer)
  if (type === undefined)
    throw new ActorError(
      ExitCode.IllegalState,
      `account address must use BLS or SECP protocol, got ${signer.protocol}`,
    )
  require(rt.syscalls.verifySignature(
    type,
    signature,
    signer,
    message,
  ), ExitCode.IllegalArgument, 'failed to authenticate message, signature invalid')
  return true
}

function signatureTypeOf(key: Address): SignatureType | undefined {
  if (key.protocol === PROTOCOL.secp256k1) return 'secp256k1'
  return key.protocol === PROTOCOL.bls ? 'bls' : undefined
}
