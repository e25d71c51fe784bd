/** System calls that cost gas, charged before they run. */
import type { Syscalls } from '../../actors/ports.ts'
import type { GasMeter } from './gas.ts'
import { PRICES, verifyAggregateSeals } from './price-list.ts'

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
    verifyPost(info) {
      const { length } = info.challengedSectors
      gas.charge(PRICES.verifyPostFlat + PRICES.verifyPostPerSector * length)
      return syscalls.verifyPost(info)
    },
    batchVerifySeals(seals) {
      gas.charge(PRICES.verifySeal * seals.length)
      return syscalls.batchVerifySeals(seals)
    },
    verifyAggregateSeals(aggregate) {
      gas.charge(verifyAggregateSeals(Number(aggregate.sealProof), aggregate.infos.length))
      return syscalls.verifyAggregateSeals(aggregate)
    },
    verifyReplicaUpdate(update) {
      gas.charge(PRICES.verifyReplicaUpdate)
      return syscalls.verifyReplicaUpdate(update)
    },
    verifyConsensusFault(header1, header2, extra) {
      gas.charge(PRICES.verifyConsensusFault)
      return syscalls.verifyConsensusFault(header1, header2, extra)
    },
    computeUnsealedSectorCid(sealProof, pieces) {
      gas.charge(PRICES.computeUnsealedSectorCid)
      return syscalls.computeUnsealedSectorCid(sealProof, pieces)
    },
  }
}
