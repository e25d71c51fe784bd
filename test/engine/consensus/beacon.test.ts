// Goal: blocks carry the beacon entries that Lotus would ask of them, and no others pass. Rounds and signatures of real
// networks are in the vector files.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type BeaconContext,
  type BeaconEntry,
  beaconEntriesFault,
  beaconEntriesForBlock,
  type BeaconSchedule,
  createBeacon,
  createModelledBeacon,
  MAINNET_SCHEDULE,
  networkForEpoch,
  roundForEpoch,
} from '../../../engine/consensus/beacon.ts'
import { NETWORKS, roundMessage, verifyRound } from '../../../engine/consensus/drand.ts'
import { concatBytes, toHex, utf8 } from '../../../primitives/bytes.ts'
import { bls } from '../../../primitives/crypto/bls.ts'
import { sha256 } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { blsSecretFromSeed } from '../../../primitives/crypto/keys.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()

const times = { genesisTime: 1000, period: 3 }
const real = createBeacon('beacon', times)
const modelled = createModelledBeacon('beacon', times)
const context = (change: Partial<BeaconContext> = {}): BeaconContext => ({
  schedule: scheduleOf(real.network),
  networkVersion: 28,
  parentHeight: 9,
  height: 12,
  ...change,
})
const before: BeaconEntry = real.entryForRound(1)

for (const beacon of [real, modelled]) {
  const { network } = beacon
  test(`${network.name}: what it signs verifies, and nothing else does`, () => {
    for (const round of [0, 1, 2, 1_000_000_007]) {
      const { round: got, data } = beacon.entryForRound(round)
      assert.is(got, round)
      assert.is(data.length, 48)
      assert.ok(verifyRound(network, round, data))
      assert.ok(verifyRound(network, round, data), 'again, from memory')
      assert.not(verifyRound(network, round + 1, data))
      assert.not(verifyRound(network, round, data.subarray(1)))
      for (const at of [1, 20, 47]) {
        const bent = data.slice()
        bent[at]! ^= 1
        assert.not(verifyRound(network, round, bent))
      }
    }
  })

  test(`${network.name}: rounds that cannot be do not verify`, () => {
    const { data } = beacon.entryForRound(1)
    for (const round of [-1, 0.5, NaN, Infinity, 2 ** 53])
      assert.not(verifyRound(network, round, data))
    assert.not(verifyRound(network, 1, new Uint8Array(0)))
  })
}

test('a beacon is a function of its seed', () => {
  for (const create of [createBeacon, createModelledBeacon]) {
    const [one, same, other] = [create('a'), create(utf8('a')), create('b')]
    assert.equal(one.publicKey, same.publicKey)
    assert.equal(one.entryForRound(5), same.entryForRound(5))
    assert.is.not(toHex(one.publicKey), toHex(other.publicKey))
    assert.not(verifyRound(other.network, 5, one.entryForRound(5).data))
  }
})

test('many rounds are made and made again', () => {
  const first = modelled.entryForRound(3)
  for (let round = 0; round < 3000; round++) modelled.entryForRound(round)
  assert.equal(modelled.entryForRound(3), first)
})

test('a chained network needs the signature before', () => {
  const { network, entryForRound } = chainedBeacon()
  const [one, two] = [entryForRound(1), entryForRound(2)]
  assert.ok(verifyRound(network, 2, two.data, one.data))
  assert.not(verifyRound(network, 2, two.data))
  assert.not(verifyRound(network, 2, two.data, two.data))
  assert.throws(() => roundMessage(network, 2))
  assert.is(
    toHex(roundMessage(network, 1, Uint8Array.of(7))),
    toHex(sha256(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0, 1))),
  )
})

test('mainnet changes networks at Smoke and at quicknet', () => {
  const at = (epoch: number) => networkForEpoch(MAINNET_SCHEDULE, epoch).name
  assert.equal([-1, 0, 50_999, 51_000, 3_855_479, 3_855_480].map(at), [
    'incentinet',
    'incentinet',
    'incentinet',
    'mainnet',
    'mainnet',
    'quicknet',
  ])
})

test('the round of an epoch is the last one made before it, and never goes back', () => {
  let seen = 0
  const epochs = fc.oneof(fc.nat(10_000_000), fc.nat(100))
  const versions = fc.constantFrom(16, 28)
  fc.assert(
    fc.property(
      epochs,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      versions,
      fc.nat(2000),
      (epoch, delay, period, nv, genesisTimestamp) => {
        const schedule = {
          ...scheduleOf({ ...real.network, period }),
          genesisTimestamp,
          blockDelay: delay,
        }
        const round = roundForEpoch(schedule, epoch, nv)
        const madeAt = (r: number) => times.genesisTime + (r - 1) * period
        const start = schedule.genesisTimestamp + (epoch - 1) * delay
        if (start < times.genesisTime) return assert.is(round, 1)
        seen++
        assert.ok(madeAt(round) <= start && start < madeAt(round + 1))
        assert.ok(roundForEpoch(schedule, epoch + 1, nv) >= round)
        assert.is(roundForEpoch(schedule, epoch, 15), round - 1)
      },
    ),
    { seed, numRuns: 300 },
  )
  assert.ok(seen > 100 && seen < 300, `${seen} after the beacon began`)
})

test('a block has an entry for each epoch since its parents, null rounds included', () => {
  const entries = beaconEntriesForBlock(context(), before.round, real.entryForRound)
  // 30 s epochs, 3 s rounds: ten rounds an epoch.
  const first = roundForEpoch(context().schedule, 10, 28)
  assert.equal(
    entries.map(({ round }) => round),
    [first, first + 10, first + 20],
  )
  assert.is(beaconEntriesFault(context(), entries, before), undefined)
})

test('other entries are refused, each for its reason', () => {
  const good = beaconEntriesForBlock(context(), before.round, real.entryForRound)
  const [a, b, c] = good as [BeaconEntry, BeaconEntry, BeaconEntry]
  const later = real.entryForRound(c.round + 10)
  const cases: [what: string, entries: BeaconEntry[], says: RegExp][] = [
    ['none', [], /no beacon entries/],
    ['the first alone', [a], /last beacon round/],
    ['the last alone', [c], /unexpected beacon round/],
    ['one left out', [a, c], /unexpected beacon round/],
    ['in another order', [b, a, c], /unexpected beacon round/],
    ['one too many', [a, b, c, c], /unexpected beacon round/],
    ['the next epoch’s too', [...good, later], /last beacon round/],
    ['another round’s signature', [a, { ...b, data: c.data }, c], /does not verify/],
    ['the last without signature', [a, b, { ...c, data: new Uint8Array(0) }], /does not verify/],
    ['another beacon’s', good.map(({ round }) => modelled.entryForRound(round)), /does not verify/],
  ]
  for (const [what, entries, says] of cases)
    assert.match(beaconEntriesFault(context(), entries, before) ?? '', says, what)
})

test('a beacon slower than the chain gives entries only when it has moved on', () => {
  const slow = createBeacon('slow', { genesisTime: 1000, period: 100 })
  const schedule = { ...scheduleOf(slow.network), blockDelay: 30 }
  let previous = slow.entryForRound(roundForEpoch(schedule, 9, 28))
  let given = 0
  for (let height = 10; height < 30; height++) {
    const at = context({ schedule, parentHeight: height - 1, height })
    const entries = beaconEntriesForBlock(at, previous.round, slow.entryForRound)
    assert.is(beaconEntriesFault(at, entries, previous), undefined)
    if (entries.length === 0)
      assert.match(beaconEntriesFault(at, [previous], previous) ?? '', /none expected/)
    else assert.match(beaconEntriesFault(at, [], previous) ?? '', /no beacon entries/)
    given += entries.length
    previous = entries.at(-1) ?? previous
  }
  assert.is(given, 6, '600 s in rounds of 100 s')
})

test('a chained network starts with two entries and goes on from them', () => {
  const { network, entryForRound } = chainedBeacon()
  const schedule: BeaconSchedule = {
    ...scheduleOf(real.network),
    points: [
      { start: 0, network: real.network },
      { start: 11, network },
    ],
  }
  const start = context({ schedule })
  const last = roundForEpoch(schedule, 12, 28)
  const two = beaconEntriesForBlock(start, before.round, entryForRound)
  assert.equal(
    two.map(({ round }) => round),
    [last - 1, last],
  )
  assert.is(beaconEntriesFault(start, two, before), undefined)
  assert.match(beaconEntriesFault(start, two.slice(1), before) ?? '', /not 2/)
  assert.match(beaconEntriesFault(start, [two[1]!, two[1]!], before) ?? '', /does not verify/)

  const next = context({ schedule, parentHeight: 12, height: 13 })
  const [only] = beaconEntriesForBlock(next, last, entryForRound)
  assert.is(beaconEntriesFault(next, [only!], two[1]!), undefined)
  assert.match(beaconEntriesFault(next, [only!], two[0]!) ?? '', /does not verify/)
  const far = context({ schedule, parentHeight: 12, height: 15 })
  const three = beaconEntriesForBlock(far, last, entryForRound)
  assert.is(three.length, 3)
  assert.is(beaconEntriesFault(far, three, two[1]!), undefined)
  const broken = [three[0]!, { ...three[1]!, data: three[0]!.data }, three[2]!]
  assert.match(beaconEntriesFault(far, broken, two[1]!) ?? '', /does not verify/)
  const genesis = { round: 0, data: new Uint8Array(32) }
  assert.is(beaconEntriesFault(next, [only!], genesis), undefined, 'taken on trust after genesis')
})

test('an unchained network starts as any block', () => {
  const schedule: BeaconSchedule = {
    ...scheduleOf(real.network),
    points: [
      { start: 0, network: NETWORKS.mainnet },
      { start: 11, network: real.network },
    ],
  }
  const start = context({ schedule })
  const entries = beaconEntriesForBlock(start, 1, real.entryForRound)
  assert.is(entries.length, 3)
  assert.is(beaconEntriesFault(start, entries, before), undefined)
})

function scheduleOf(network: BeaconSchedule['points'][number]['network']): BeaconSchedule {
  return { genesisTimestamp: 5000, blockDelay: 30, points: [{ start: 0, network }] }
}

/** A chain of signatures in the way of drand's first networks, one round an epoch. */
function chainedBeacon() {
  const secret = blsSecretFromSeed(utf8('chained'))
  const network = {
    ...{ name: 'chained', scheme: 'pedersen-bls-chained' as const },
    ...{ publicKey: bls().publicKey(secret), genesisTime: 5000, period: 30 },
  }
  const data: Uint8Array[] = [sha256(utf8('group'))]
  const entryForRound = (round: number): BeaconEntry => {
    while (data.length <= round)
      data.push(bls().sign(secret, roundMessage(network, data.length, data.at(-1))))
    return { round, data: data[round]! }
  }
  return { network, entryForRound }
}

test('a modelled beacon and a real one have data of one length', () => {
  assert.is(real.entryForRound(1).data.length, modelled.entryForRound(1).data.length)
  assert.is.not(
    toHex(concatBytes(modelled.entryForRound(1).data)),
    toHex(modelled.entryForRound(2).data),
  )
})

test.run()
