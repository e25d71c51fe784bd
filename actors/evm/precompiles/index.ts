/** Calls to reserved addresses: the precompile, if there is one, then the value. Reference: builtin-actors `precompiles/mod.rs`. */
import { METHOD_SEND } from '../../singletons.ts'
import { trySend } from '../../try-send.ts'
import { filecoinAddress } from '../addresses.ts'
import type { CallRequest } from '../interpreter/calls.ts'
import type { Machine } from '../interpreter/machine.ts'
import { indexOf, NATIVE_PREFIX, P256VERIFY } from './addresses.ts'
import { blake2f } from './blake2f.ts'
import { bls12381 } from './bls12-381.ts'
import { bn254 } from './bn254.ts'
import { callActor, getRandomness, lookupDelegatedAddress, resolveAddress } from './filecoin.ts'
import { ecrecover, identity, ripemd160, sha256 } from './hashes.ts'
import { PrecompileFailed } from './input.ts'
import { modexp } from './modexp.ts'
import { p256verify } from './p256.ts'
import type { PendingPrecompile, Precompile } from './precompile.ts'

const NATIVE: Readonly<Record<number, Precompile>> = {
  0x01: resolveAddress,
  0x02: lookupDelegatedAddress,
  0x03: callActor('address'),
  0x05: callActor('id'),
  0x06: getRandomness,
}

const ETHEREUM: Readonly<Record<number, Precompile>> = {
  0x01: ecrecover,
  0x02: sha256,
  0x03: ripemd160,
  0x04: identity,
  0x05: modexp,
  0x06: bn254.add,
  0x07: bn254.mul,
  0x08: bn254.pairing,
  0x09: blake2f,
  0x0b: bls12381.g1Add,
  0x0c: bls12381.g1Msm,
  0x0d: bls12381.g2Add,
  0x0e: bls12381.g2Msm,
  0x0f: bls12381.pairing,
  0x10: bls12381.mapToG1,
  0x11: bls12381.mapToG2,
  [P256VERIFY]: p256verify,
}

const NOTHING = new Uint8Array()

/** What a call to a reserved address returns; undefined where it fails. */
export function callPrecompile(
  m: Machine,
  request: CallRequest,
): Uint8Array | PendingPrecompile | undefined {
  const { target, value } = request
  const table = target[0] === NATIVE_PREFIX ? NATIVE : ETHEREUM
  const precompile = table[indexOf(target)!]
  try {
    const result = precompile ? precompile(m, request) : NOTHING
    const paid = value === 0n || transfer(m, request)
    return paid ? result : undefined
  } catch (error) {
    if (error instanceof PrecompileFailed) return undefined
    throw error
  }
}

function transfer({ system }: Machine, { target, value }: CallRequest): boolean {
  return trySend(system.rt, filecoinAddress(target), METHOD_SEND, null, value)
}
