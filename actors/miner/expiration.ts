/** How long a sector may live. */
import type { ChainEpoch } from '../../primitives/units.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { sealProofSectorMaximumLifetime } from './policy.ts'

/**
 * @throws ActorError `IllegalArgument` unless the sector lives at least 180 days from its activation, at most 1278 days from
 *   now, and no longer than its seal allows.
 * @see builtin-actors `actors/miner/src/lib.rs`, `validate_expiration`
 */
export function validateExpiration(
  { policy, epoch }: Runtime,
  activation: ChainEpoch,
  expiration: ChainEpoch,
  sealProof: number,
): void {
  const lifetime = expiration - activation
  require(lifetime >
    0, ExitCode.IllegalArgument, `sector expiration ${expiration} must be after activation ${activation}`)
  require(lifetime >=
    policy.minSectorExpiration, ExitCode.IllegalArgument, `invalid expiration ${expiration}, total sector lifetime (${lifetime}) must exceed ${policy.minSectorExpiration} after activation ${activation}`)
  require(expiration <=
    epoch +
      policy.maxSectorExpirationExtension, ExitCode.IllegalArgument, `invalid expiration ${expiration}, cannot be more than ${policy.maxSectorExpirationExtension} past current epoch ${epoch}`)
  const longest = sealProofSectorMaximumLifetime(sealProof)
  if (longest === undefined)
    throw new ActorError(ExitCode.IllegalArgument, `unrecognized seal proof type ${sealProof}`)
  require(lifetime <=
    longest, ExitCode.IllegalArgument, `invalid expiration ${expiration}, total sector lifetime (${lifetime}) cannot exceed ${longest} after activation ${activation}`)
}
