/** Who may call, and who is named: owner, worker and control addresses, and the checks of what they give. */
import { type Address, idAddress, PROTOCOL } from '../../primitives/address.ts'
import { address } from '../../primitives/codec.ts'
import type { ActorId } from '../../primitives/units.ts'
import { AccountMethod } from '../account/params.ts'
import { returned } from '../returned.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import type { MinerInfo } from './info.ts'

/** Lets only these call. Numbers that no actor can have are passed over. */
export function acceptAddresses(rt: Runtime, ...addresses: readonly Address[]): void {
  const ids: ActorId[] = []
  for (const { id } of addresses) if (id !== undefined) ids.push(id)
  rt.acceptCaller(...ids)
}

/** Lets control addresses, worker and owner call. */
export function acceptControlling(rt: Runtime, info: MinerInfo): void {
  const { controlAddresses, worker, owner } = info
  if (controlAddresses.length === 0) acceptAddresses(rt, worker, owner)
  else acceptAddresses(rt, ...controlAddresses, worker, owner)
}

export const isCaller = (rt: Runtime, address: Address): boolean => address.id === rt.caller

/** The ID address of an address, undefined when no actor has it. ID addresses are taken as they are. */
export function resolveAddress(rt: Runtime, address: Address): Address | undefined {
  if (address.protocol === PROTOCOL.id) return address
  const id = rt.resolve(address)
  return id === undefined ? undefined : idAddress(id)
}

/** ID addresses of control addresses. @throws ActorError `IllegalArgument` naming the first that cannot be resolved. */
export function resolveControlAddresses(rt: Runtime, addresses: readonly Address[]): Address[] {
  return addresses.map((address) => {
    const id = resolveAddress(rt, address)
    require(id !==
      undefined, ExitCode.IllegalArgument, `unable to resolve control address: ${address}`)
    return id
  })
}

/**
 * Id of an account with a BLS key: the worker signs blocks and draws election randomness with it.
 * @throws ActorError `IllegalArgument` for anybody else.
 * @see builtin-actors `actors/miner/src/lib.rs`, `resolve_worker_address`
 */
export function resolveWorkerAddress(rt: Runtime, raw: Address): Address {
  const worker = resolveAddress(rt, raw)
  require(worker !== undefined, ExitCode.IllegalArgument, `unable to resolve address: ${raw}`)
  const type = worker.id === undefined ? undefined : rt.typeOf(worker.id)
  require(type !== undefined, ExitCode.IllegalArgument, `no code for address: ${worker}`)
  require(type ===
    'account', ExitCode.IllegalArgument, `worker actor type must be an account, was ${type}`)
  if (raw.protocol !== PROTOCOL.bls) requireBlsKey(rt, worker.id as ActorId)
  return worker
}

function requireBlsKey(rt: Runtime, account: ActorId): void {
  const key = returned(rt.send(account, AccountMethod.PubkeyAddress, null, 0n), address)
  require(key.protocol ===
    PROTOCOL.bls, ExitCode.IllegalArgument, `worker account ${account} must have BLS pubkey, was ${key.protocol}`)
}

/** @throws ActorError `IllegalArgument` for more than `maxControlAddresses`. */
export function checkControlAddresses(rt: Runtime, addresses: readonly Address[]): void {
  const { maxControlAddresses } = rt.policy
  require(addresses.length <=
    maxControlAddresses, ExitCode.IllegalArgument, `control addresses length ${addresses.length} exceeds max control addresses length ${maxControlAddresses}`)
}

/** @throws ActorError `IllegalArgument` when the peer ID or the addresses together are too long, or one is empty. */
export function checkPeerInfo(
  rt: Runtime,
  peerId: Uint8Array,
  multiaddrs: readonly Uint8Array[],
): void {
  const { maxPeerIdLength, maxMultiaddrData } = rt.policy
  require(peerId.length <=
    maxPeerIdLength, ExitCode.IllegalArgument, `peer ID size of ${peerId.length} exceeds maximum size of ${maxPeerIdLength}`)
  let total = 0
  for (const multiaddr of multiaddrs) {
    require(multiaddr.length > 0, ExitCode.IllegalArgument, 'invalid empty multiaddr')
    total += multiaddr.length
  }
  require(total <=
    maxMultiaddrData, ExitCode.IllegalArgument, `multiaddr size of ${total} exceeds maximum of ${maxMultiaddrData}`)
}

/** @throws ActorError `IllegalArgument` for a type that new miners may not prove with. */
export function checkValidPoStProofType(rt: Runtime, proof: number): void {
  require(rt.policy.validPostProofTypes.includes(
    proof,
  ), ExitCode.IllegalArgument, `proof type ${proof} not allowed for new miner actors`)
}
