/** What the market asks of other actors. */
import type { Address } from '../../primitives/address.ts'
import { idAddress } from '../../primitives/address.ts'
import { address, bool, encode, tokenAmount } from '../../primitives/codec.ts'
import type { ActorId, StoragePower, TokenAmount } from '../../primitives/units.ts'
import { AccountMethod, AuthenticateMessageParams } from '../account/params.ts'
import { DatacapMethod, TransferFromParams, TransferFromReturn } from '../datacap/params.ts'
import { TOKEN_PRECISION } from '../frc46.ts'
import { GetControlAddressesReturn, MinerMethod } from '../miner/params.ts'
import { CurrentTotalPowerReturn, PowerMethod } from '../power/params.ts'
import { returned } from '../returned.ts'
import { RewardMethod, ThisEpochRewardReturn } from '../reward/params.ts'
import {
  ActorError,
  ExitCode,
  Payload,
  require,
  type Runtime,
  SyscallError,
  sent,
} from '../runtime.ts'
import {
  BURNT_FUNDS_ACTOR,
  DATACAP_ACTOR,
  METHOD_SEND,
  POWER_ACTOR,
  REWARD_ACTOR,
  VERIFREG_ACTOR,
} from '../singletons.ts'
import {
  type AllocationRequest,
  AllocationRequests,
  AllocationsResponse,
} from '../verifreg/params.ts'
import { type ClientDealProposal, DealProposal } from './deal.ts'

/** Runs something that calls others, and gives whatever goes wrong there one exit code. */
export function failingWith<T>(exitCode: ExitCode, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof ActorError || error instanceof SyscallError)
      throw new ActorError(exitCode, error.message)
    throw error
  }
}

/** Nothing is sent for nothing. */
export function burnFunds(rt: Runtime, amount: TokenAmount): void {
  if (amount !== 0n) sent(rt.send(BURNT_FUNDS_ACTOR, METHOD_SEND, null, amount))
}

/** A miner's owner and worker. */
export function requestControlAddresses(
  rt: Runtime,
  miner: ActorId,
): { owner: Address; worker: Address } {
  const result = rt.send(miner, MinerMethod.ControlAddresses, null, 0n)
  return returned(result, GetControlAddressesReturn)
}

export function requestIsControlling(rt: Runtime, miner: ActorId, caller: ActorId): boolean {
  const params = Payload.of(address, idAddress(caller))
  return returned(rt.send(miner, MinerMethod.IsControllingAddressExported, params, 0n), bool)
}

/** What the least collateral of providers follows from. Two calls: reward, then power. */
export function requestNetworkPower(rt: Runtime): {
  baseline: StoragePower
  raw: StoragePower
} {
  const reward = rt.send(REWARD_ACTOR, RewardMethod.ThisEpochReward, null, 0n)
  const baseline = returned(reward, ThisEpochRewardReturn).thisEpochBaselinePower
  const power = rt.send(POWER_ACTOR, PowerMethod.CurrentTotalPower, null, 0n)
  return { baseline, raw: returned(power, CurrentTotalPowerReturn).rawBytePower }
}

/** @throws ActorError or SyscallError unless the client says that the proposal is signed by it. */
export function requestAuthentication(rt: Runtime, deal: ClientDealProposal): void {
  const { proposal, clientSignature } = deal
  const params = Payload.of(AuthenticateMessageParams, {
    signature: clientSignature.data,
    message: encode(DealProposal, proposal),
  })
  const method = AccountMethod.AuthenticateMessage
  const result = rt.send(proposal.client, method, params, 0n, { readOnly: true })
  require(returned(result, bool), ExitCode.IllegalArgument, 'proposal authentication failed')
}

/** attoDatacap of a client. @throws ActorError `NotFound`, whatever goes wrong. */
export function requestDatacapBalance(rt: Runtime, client: ActorId): TokenAmount {
  const params = Payload.of(address, idAddress(client))
  return failingWith(ExitCode.NotFound, () =>
    returned(rt.send(DATACAP_ACTOR, DatacapMethod.BalanceExported, params, 0n), tokenAmount),
  )
}

/**
 * Has a client's datacap moved to the registry for allocations, and gives their ids. All or none of them.
 * @throws ActorError `IllegalState`, whatever goes wrong; `AssertionFailed` for more than 2⁶⁴ bytes.
 */
export function requestAllocations(
  rt: Runtime,
  client: ActorId,
  allocations: readonly AllocationRequest[],
): readonly bigint[] {
  const bytes = allocations.reduce((sum, { size }) => sum + size, 0n)
  require(bytes < 1n << 64n, ExitCode.AssertionFailed, `${bytes} bytes of datacap`)
  const params = Payload.of(TransferFromParams, {
    from: idAddress(client),
    to: idAddress(VERIFREG_ACTOR),
    amount: bytes * TOKEN_PRECISION,
    operatorData: Payload.of(AllocationRequests, { allocations, extensions: [] }),
  })
  return failingWith(ExitCode.IllegalState, () => {
    const result = rt.send(DATACAP_ACTOR, DatacapMethod.TransferFromExported, params, 0n)
    const { recipientData } = returned(result, TransferFromReturn)
    return recipientData.as(AllocationsResponse).newAllocations
  })
}
