/** Telling other actors, such as the storage market, which data has come to a sector. */
import { type Address, delegatedParts, PROTOCOL } from '../../primitives/address.ts'
import { compareBytes } from '../../primitives/bytes.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import {
  ActorError,
  ExitCode,
  Payload,
  require,
  type Runtime,
  type SendResult,
  SyscallError,
} from '../runtime.ts'
import {
  type PieceChange,
  SECTOR_CONTENT_CHANGED,
  type SectorChanges,
  SectorContentChangedParams,
  SectorContentChangedReturn,
} from './ext.ts'
import { MinerExitCode } from './params.ts'
import type { PieceActivationManifest } from './sector-params.ts'
import type { SectorNumber } from './wire.ts'

/** A sector that has new data. */
export interface ActivationNotification {
  readonly sectorNumber: SectorNumber
  readonly sectorExpiration: ChainEpoch
  readonly pieces: readonly PieceActivationManifest[]
}

/**
 * Calls each actor that the pieces name, once, in order of address.
 * @param requireSuccess - what they answer counts only then.
 * @throws ActorError one of the miner's own exit codes when an answer is missing, broken or negative.
 * @see builtin-actors `actors/miner/src/notifications.rs`
 */
export function notifyDataConsumers(
  rt: Runtime,
  activations: readonly ActivationNotification[],
  requireSuccess: boolean,
): void {
  for (const { notifee, changes } of changesByNotifee(activations)) {
    const answer = notify(rt, notifee, changes)
    if (requireSuccess) checkAccepted(notifee, changes, answer)
  }
}

interface NotifeeChanges {
  readonly notifee: Address
  readonly changes: readonly SectorChanges[]
}

function changesByNotifee(activations: readonly ActivationNotification[]): NotifeeChanges[] {
  const byNotifee = new Map<
    string,
    { notifee: Address; sectors: Map<SectorNumber, PieceChange[]> }
  >()
  const expirations = new Map<SectorNumber, ChainEpoch>()
  for (const { sectorNumber, sectorExpiration, pieces } of activations) {
    expirations.set(sectorNumber, sectorExpiration)
    for (const { cid, size, notify } of pieces)
      for (const { address, payload } of notify) {
        const entry = byNotifee.get(address.key) ?? { notifee: address, sectors: new Map() }
        byNotifee.set(address.key, entry)
        const added = entry.sectors.get(sectorNumber) ?? []
        entry.sectors.set(sectorNumber, added)
        added.push({ data: cid, size, payload })
      }
  }
  return [...byNotifee.values()]
    .sort((a, b) => compareAddresses(a.notifee, b.notifee))
    .map(({ notifee, sectors }) => ({
      notifee,
      changes: [...sectors]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([sector, added]) => ({
          sector,
          minimumCommitmentEpoch: expirations.get(sector)!,
          added,
        })),
    }))
}

/** What the call gave, or why it could not be made. */
function notify(
  rt: Runtime,
  notifee: Address,
  changes: readonly SectorChanges[],
): SendResult | SyscallError {
  const params = Payload.of(SectorContentChangedParams, changes)
  try {
    return rt.send(notifee, SECTOR_CONTENT_CHANGED, params, 0n)
  } catch (error) {
    if (error instanceof SyscallError) return error
    throw error
  }
}

function checkAccepted(
  notifee: Address,
  changes: readonly SectorChanges[],
  answer: SendResult | SyscallError,
): void {
  const accepted = readAnswer(answer)
  const sameShape =
    accepted.length === changes.length &&
    changes.every(({ added }, i) => accepted[i]!.length === added.length)
  require(sameShape, MinerExitCode.NotificationResponseInvalid, 'sector change response mismatches what was sent')
  require(accepted.every((pieces) =>
    pieces.every((piece) => piece),
  ), MinerExitCode.NotificationRejected, `sector change rejected by ${notifee}`)
}

function readAnswer(answer: SendResult | SyscallError): readonly (readonly boolean[])[] {
  if (answer instanceof SyscallError)
    throw new ActorError(MinerExitCode.NotificationSendFailed, `send error: ${answer.message}`)
  require(answer.exitCode ===
    ExitCode.Ok, MinerExitCode.NotificationReceiverAborted, `receiver aborted with ${answer.exitCode}`)
  const invalid = (why: string): ActorError =>
    new ActorError(MinerExitCode.NotificationResponseInvalid, why)
  if (answer.ret === null) throw invalid('no return data')
  try {
    return answer.ret.as(SectorContentChangedReturn)
  } catch (error) {
    if (error instanceof ActorError) throw invalid('invalid return data serialization')
    throw error
  }
}

/** By protocol, then by what it holds: ids by number, f4 by namespace, length and bytes. */
function compareAddresses(a: Address, b: Address): number {
  if (a.protocol !== b.protocol) return a.protocol - b.protocol
  if (a.protocol === PROTOCOL.delegated) return compareDelegated(a, b)
  const [p, q] = [a.payload, b.payload]
  // A varint is little-endian: longer is greater, then the last byte counts most.
  if (a.protocol === PROTOCOL.id)
    return p.length - q.length || compareBytes(p.slice().reverse(), q.slice().reverse())
  return compareBytes(p, q)
}

function compareDelegated(a: Address, b: Address): number {
  const [p, q] = [delegatedParts(a), delegatedParts(b)]
  if (p.namespace !== q.namespace) return p.namespace < q.namespace ? -1 : 1
  const [s, t] = [p.subaddress, q.subaddress]
  return s.length - t.length || compareBytes(s, t)
}
