/** Networks to fuzz: both presets as they are, and with shorter waits, so that a short run sees sectors live and die. */
import type { Policy } from '../../actors/policy.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { type NetworkParams, networkParams } from '../../engine/network-params.ts'

export const NETWORKS = ['2k', 'mainnet', '2k-short', 'mainnet-short'] as const

/** With `-runs` behind a name, miners keep their sectors as runs. @throws InvalidInput for an unknown name. */
export function fuzzParams(name: string): NetworkParams {
  if (name.endsWith('-runs')) {
    const params = fuzzParams(name.slice(0, -'-runs'.length))
    return { ...params, policy: { ...params.policy, sectorStore: 'runs' } }
  }
  if (!NETWORKS.some((known) => known === name))
    throw new InvalidInput(
      'network',
      `expected ${NETWORKS.join(', ')}, got ${JSON.stringify(name)}`,
    )
  const isShort = name.endsWith('-short')
  const params = networkParams(isShort ? name.slice(0, -'-short'.length) : name)
  return isShort ? { ...params, policy: shorter(params.policy) } : params
}

/** The same rules in a sixth of the time: a proving period of 480 epochs, sectors that live for three of them. */
function shorter(policy: Policy): Policy {
  return {
    ...policy,
    wpostProvingPeriod: 480,
    wpostChallengeWindow: 10,
    wpostMaxChainCommitAge: 10,
    wpostDisputeWindow: 300,
    wpostChallengeLookback: 3,
    faultDeclarationCutoff: 11,
    faultMaxAge: 960,
    preCommitChallengeDelay: 5,
    expiredPreCommitCleanUpDelay: 20,
    maxPreCommitRandomnessLookback: 600,
    workerKeyChangeDelay: 60,
    consensusFaultIneligibilityDuration: 60,
    chainFinality: 60,
    minSectorExpiration: 1440,
    // Sectors with deals live longer than the shortest deal, and that cannot be shortened.
    minimumVerifiedAllocationTerm: 1440,
    maximumVerifiedAllocationExpiration: 600,
    dealUpdatesInterval: 120,
  }
}
