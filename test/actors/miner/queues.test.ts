/** Queues by epoch: sets of numbers, and sectors that expire. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import {
  addManyToQueue,
  addToQueue,
  cutFromQueue,
  popQueueUntil,
} from '../../../actors/miner/bitfield-queue.ts'
import {
  addActiveSectors,
  type ExpirationQueue,
  popExpirationsUntil,
  removeSectors,
  rescheduleAllAsFaults,
  rescheduleAsFaults,
  rescheduleRecovered,
  replaceInQueue,
} from '../../../actors/miner/expiration-queue.ts'
import { ExpirationSet } from '../../../actors/miner/expiration-set.ts'
import { EMPTY_PARTITION } from '../../../actors/miner/partition-state.ts'
import { newSector } from '../../../actors/miner/sector-activation.ts'
import { SectorOnChainInfo } from '../../../actors/miner/sectors.ts'
import { Amt } from '../../../primitives/amt.ts'
import { Bitfield, bitfield } from '../../../primitives/bitfield.ts'
import { decode, encode } from '../../../primitives/codec.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import { sealedCid } from '../../support/miner.ts'

const quant = { unit: 5, offset: 3 }
const emptyQueue = Amt.empty(bitfield, 5)
const shown = (queue: Amt<Bitfield>) =>
  Array.from(queue.numberEntries(), ([epoch, set]) => `${epoch}: ${set}`)

test('epochs are rounded up to the grid', () => {
  let queue = addToQueue(emptyQueue, quant, 4, Bitfield.of([1]))
  queue = addToQueue(queue, quant, 8, Bitfield.of([2]))
  queue = addToQueue(queue, quant, 9, Bitfield.of([3]))
  queue = addToQueue(queue, quant, 20, Bitfield.empty)
  assert.equal(shown(queue), ['8: {1-2}', '13: {3}'])
  const many = addManyToQueue(emptyQueue, quant, [
    [9, 3],
    [4, 1],
    [8, 2],
    [8, 2],
  ])
  assert.equal(shown(many), shown(queue))
  assert.ok(many.cid().equals(queue.cid()))
})

test('epochs that no array has are refused', () => {
  for (const epoch of [-100, 2 ** 60])
    assert.throws(
      () => addToQueue(emptyQueue, quant, epoch, Bitfield.of([1])),
      exitsWith(ExitCode.IllegalState),
    )
})

test('entries up to an epoch are taken off together', () => {
  const queue = addManyToQueue(emptyQueue, quant, [
    [3, 1],
    [8, 2],
    [13, 3],
  ])
  assert.is(popQueueUntil(queue, 2).queue, queue)
  const { popped, queue: rest } = popQueueUntil(queue, 8)
  assert.is(String(popped), '{1-2}')
  assert.equal(shown(rest), ['13: {3}'])
})

test('members are cut out of all entries', () => {
  const queue = addManyToQueue(emptyQueue, quant, [
    [3, 0],
    [3, 2],
    [8, 1],
    [13, 4],
  ])
  assert.equal(shown(cutFromQueue(queue, Bitfield.of([1, 2]))), ['3: {0}', '13: {2}'])
})

const SIZE = 2048n
const sector = (n: number, expiration: number, verified = 0n): SectorOnChainInfo => ({
  ...newSector({
    sectorNumber: BigInt(n),
    sealProof: 5,
    sealedCid: sealedCid(n),
    activation: 0,
    expiration,
    dealWeight: 0n,
    verifiedDealWeight: verified,
    initialPledge: 1000n + BigInt(n),
    dailyFee: 10n + BigInt(n),
  }),
})
const sectors = [
  sector(1, 2),
  sector(2, 3),
  sector(3, 7),
  sector(4, 8),
  sector(5, 11),
  sector(6, 13),
]
const newQueue = (): ExpirationQueue => {
  const queue = { sets: EMPTY_PARTITION.expirationsEpochs, quant, sectorSize: SIZE }
  addActiveSectors(queue, sectors)
  return queue
}
const sets = (queue: ExpirationQueue) =>
  Array.from(queue.sets.numberEntries(), ([epoch, s]) => [
    epoch,
    String(s.onTimeSectors),
    String(s.earlySectors),
    s.onTimePledge,
    s.activePower.raw / SIZE,
    s.faultyPower.raw / SIZE,
    s.feeDeduction,
  ])

test('sectors are queued at the ends of their lives', () => {
  assert.equal(sets(newQueue()), [
    [3, '{1-2}', '{}', 2003n, 2n, 0n, 23n],
    [8, '{3-4}', '{}', 2007n, 2n, 0n, 27n],
    [13, '{5-6}', '{}', 2011n, 2n, 0n, 31n],
  ])
})

test('faults expire early, but those that end sooner stay', () => {
  const queue = newQueue()
  const power = rescheduleAsFaults(queue, 6, [sectors[0]!, sectors[2]!, sectors[4]!])
  assert.is(power.raw, 3n * SIZE)
  assert.equal(sets(queue), [
    [3, '{1-2}', '{}', 2003n, 1n, 1n, 23n],
    [8, '{3-4}', '{5}', 2007n, 1n, 2n, 42n],
    [13, '{6}', '{}', 1006n, 1n, 0n, 16n],
  ])
  assert.is(rescheduleRecovered(queue, [sectors[0]!, sectors[2]!, sectors[4]!]).raw, 3n * SIZE)
  assert.equal(sets(queue), sets(newQueue()), 'and back again')
})

test('all sectors become faulty without being looked at', () => {
  const queue = newQueue()
  rescheduleAllAsFaults(queue, 6)
  assert.equal(sets(queue), [
    [3, '{1-2}', '{}', 2003n, 0n, 2n, 23n],
    [8, '{3-4}', '{5-6}', 2007n, 0n, 4n, 58n],
  ])
  const again = queue.sets
  rescheduleAllAsFaults(queue, 6)
  assert.ok(queue.sets.cid().equals(again.cid()))
  assert.throws(() => rescheduleAllAsFaults(queue, 2), exitsWith(ExitCode.IllegalState))
})

test('active and faulty sectors are removed', () => {
  const queue = newQueue()
  rescheduleAsFaults(queue, 6, [sectors[2]!, sectors[4]!])
  const { removed, recoveringPower } = removeSectors(
    queue,
    [sectors[0]!, sectors[2]!, sectors[4]!],
    Bitfield.of([3, 5]),
    Bitfield.of([5]),
    100,
  )
  assert.equal([String(removed.onTimeSectors), String(removed.earlySectors)], ['{1,3}', '{5}'])
  assert.equal([removed.activePower.raw, removed.faultyPower.raw], [SIZE, 2n * SIZE])
  assert.is(removed.onTimePledge, 2004n)
  assert.is(removed.feeDeduction, 11n + 13n + 15n)
  assert.is(recoveringPower.raw, SIZE)
  assert.equal(sets(queue), [
    [3, '{2}', '{}', 1002n, 1n, 0n, 12n],
    [8, '{4}', '{}', 1004n, 1n, 0n, 14n],
    [13, '{6}', '{}', 1006n, 1n, 0n, 16n],
  ])
  const gone = () => removeSectors(queue, [sectors[0]!], Bitfield.empty, Bitfield.empty, 100)
  assert.throws(gone, exitsWith(ExitCode.IllegalState))
  const tooMany = () => removeSectors(queue, [sectors[1]!], Bitfield.of([1, 2]), Bitfield.empty, 1)
  assert.throws(tooMany, exitsWith(ExitCode.IllegalState))
})

test('sectors are replaced by themselves on other terms', () => {
  const queue = newQueue()
  const longer = sector(1, 12, 512n * 12n)
  const { removed, added } = replaceInQueue(queue, [sectors[0]!], [longer])
  assert.equal([removed.power.qa, added.power.qa], [SIZE, SIZE + 9n * 512n])
  assert.equal(sets(queue)[2], [13, '{1,5-6}', '{}', 3012n, 3n, 0n, 42n])
})

test('everything up to an epoch expires', () => {
  const queue = newQueue()
  rescheduleAsFaults(queue, 6, [sectors[4]!])
  const popped = popExpirationsUntil(queue, 8)
  assert.equal([String(popped.onTimeSectors), String(popped.earlySectors)], ['{1-4}', '{5}'])
  assert.equal([popped.activePower.raw, popped.faultyPower.raw], [4n * SIZE, SIZE])
  assert.equal(
    sets(queue).map(([epoch]) => epoch),
    [13],
  )
})

test('old blocks without fees are read, and written with them', () => {
  const set = newQueue().sets.get(3)!
  const whole = encode(ExpirationSet, { ...set, feeDeduction: 0n })
  const old = whole.slice(0, -1)
  old[0] = 0x85
  assert.equal(decode(ExpirationSet, old), { ...set, feeDeduction: 0n })
  assert.equal(encode(ExpirationSet, decode(ExpirationSet, old)), whole)

  const info = { ...sectors[0]!, dailyFee: 0n }
  const block = encode(SectorOnChainInfo, info)
  const oldInfo = block.slice(0, -1)
  oldInfo[0] = 0x8f
  assert.equal(decode(SectorOnChainInfo, oldInfo), info)
  oldInfo[0] = 0x8e
  assert.throws(() => decode(SectorOnChainInfo, oldInfo))
})

test.run()
