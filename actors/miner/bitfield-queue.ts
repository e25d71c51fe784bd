/** Queues of sets by epoch: what is to be done when, with the epochs rounded up to a grid so that few entries are needed. */
import type { Amt } from '../../primitives/amt.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { type QuantSpec, quantizeUp } from '../../primitives/quantize.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { abort, ExitCode } from '../runtime.ts'

export type BitfieldQueue = Amt<Bitfield>

/** Adds members at an epoch. @throws ActorError `IllegalState` for an epoch before 0 on the grid. */
export function addToQueue(
  queue: BitfieldQueue,
  quant: QuantSpec,
  rawEpoch: ChainEpoch,
  members: Bitfield,
): BitfieldQueue {
  if (members.isEmpty) return queue
  const epoch = queueEpoch(quant, rawEpoch)
  return queue.set(epoch, queue.get(epoch)?.union(members) ?? members)
}

/** Adds many, each at its own epoch. */
export function addManyToQueue(
  queue: BitfieldQueue,
  quant: QuantSpec,
  entries: Iterable<readonly [rawEpoch: ChainEpoch, member: bigint | number]>,
): BitfieldQueue {
  const byEpoch = new Map<ChainEpoch, (bigint | number)[]>()
  for (const [rawEpoch, member] of entries) {
    const epoch = queueEpoch(quant, rawEpoch)
    const members = byEpoch.get(epoch)
    if (members) members.push(member)
    else byEpoch.set(epoch, [member])
  }
  let next = queue
  for (const [epoch, members] of byEpoch) {
    const set = Bitfield.of(members)
    next = next.set(epoch, next.get(epoch)?.union(set) ?? set)
  }
  return next
}

/** Takes members out of all entries and moves those above them down; see `Bitfield.cut`. */
export function cutFromQueue(queue: BitfieldQueue, members: Bitfield): BitfieldQueue {
  let next = queue
  for (const [epoch, set] of queue.numberEntries()) {
    const left = set.cut(members)
    next = left.isEmpty ? next.delete(epoch) : next.set(epoch, left)
  }
  return next
}

/** Takes off all entries up to and including an epoch. */
export function popQueueUntil(
  queue: BitfieldQueue,
  until: ChainEpoch,
): { readonly popped: Bitfield; readonly queue: BitfieldQueue } {
  if (queue.isEmptyUpTo(until)) return { popped: Bitfield.empty, queue }
  const epochs: ChainEpoch[] = []
  const sets: Bitfield[] = []
  for (const [epoch, set] of queue.numberEntries()) {
    if (epoch > until) break
    epochs.push(epoch)
    sets.push(set)
  }
  return { popped: Bitfield.union(...sets), queue: queue.deleteAll(epochs) }
}

/** Key of an epoch. @throws ActorError `IllegalState` below 0, and from 2⁵³ on: nothing but a mistake asks for that. */
export function queueEpoch(quant: QuantSpec, rawEpoch: ChainEpoch): ChainEpoch {
  const epoch = quantizeUp(quant, rawEpoch)
  if (epoch < 0 || !Number.isSafeInteger(epoch))
    abort(ExitCode.IllegalState, `queue epoch ${epoch} out of range`)
  return epoch
}
