/** System calls that cost gas, charged before they run. */
import type { Syscalls } from '../../actors/ports.ts'
import type { GasMeter } from './gas.ts'
import { PRICES } from './price-list.ts'

export function meteredSyscalls(syscalls: Syscalls, gas: GasMeter): Syscalls {
  return {
    ...syscalls,
    verifySignature(type, signature, signer, plaintext) {
      gas.charge(
        type === 'bls'
          ? PRICES.verifyBls + PRICES.verifyBlsPerByte * plaintext.length
          : PRICES.verifySecp256k1 + PRICES.verifySecp256k1PerByte * plaintext.length,
      )
      return syscalls.verifySignature(type, signature, signer, plaintext)
    },
    recoverSecpPublicKey(hash, signature) {
      gas.charge(PRICES.verifySecp256k1)
      return syscalls.recoverSecpPublicKey(hash, signature)
    },
  }
}
