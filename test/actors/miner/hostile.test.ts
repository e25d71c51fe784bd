/** Whatever numbers a message holds, a miner answers with an exit code: nothing a stranger sends ends a node. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ActorError } from '../../../actors/errors.ts'
import { minerActor } from '../../../actors/miner/index.ts'
import { MinerMethod } from '../../../actors/miner/params.ts'
import { Payload } from '../../../actors/payload.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { encode } from '../../../primitives/codec.ts'
import { commitmentCid } from '../../../primitives/data-commitment.ts'
import { idAddress } from '../../../primitives/address.ts'
import {
  MinerRuntime,
  niCommitOf,
  proveDeadline,
  endDeadline,
  sealedCid,
} from '../../support/miner.ts'
import { seed } from '../../support/seed.ts'

const params = { seed, numRuns: 1500 }

const uint64 = fc.constantFrom(
  0n,
  1n,
  2n,
  3n,
  20n,
  47n,
  48n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
)
const epoch = fc.constantFrom(
  -(2 ** 62),
  -(2 ** 53),
  -1,
  0,
  5,
  20,
  100,
  300 * 2880,
  2 ** 53,
  2 ** 62,
)
const bits = fc.constantFrom(
  Bitfield.empty,
  Bitfield.of([0]),
  Bitfield.of([1]),
  Bitfield.of([1, 2, 3]),
  Bitfield.of([2n ** 64n - 2n]),
  Bitfield.of([1n, 2n ** 53n, 2n ** 60n]),
  Bitfield.fromRanges([[0n, 2n ** 40n]]),
  Bitfield.fromRanges([[0n, 2n ** 63n]]),
)
const bytes = fc.constantFrom(0, 1, 10, 192, 193, 5000, 90_000).map((n) => new Uint8Array(n))
const type = fc.constantFrom(-1, 0, 1, 5, 10, 13, 15, 19, 20, 2 ** 60)
const amount = fc.constantFrom(-1n, 0n, 1n, 10n ** 18n, 10n ** 30n)
const cid = fc.constantFrom(sealedCid(1), commitmentCid(new Uint8Array(32)))
const few = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 3 })
const flag = fc.boolean()
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })

const declaration = fc.record({ deadline: uint64, partition: uint64, sectors: bits })
const piece = fc.record({
  cid,
  size: uint64,
  verifiedAllocationKey: maybe(fc.record({ client: uint64, id: uint64 })),
  notify: few(fc.record({ address: uint64.map(idAddress), payload: bytes })),
})
const proofs = {
  sectorProofs: few(bytes),
  aggregateProof: bytes,
  aggregateProofType: maybe(type),
  requireActivationSuccess: flag,
  requireNotificationSuccess: flag,
}
const estimate = fc.constant({ position: 1n << 150n, velocity: 0n })

const METHODS: Partial<Record<keyof typeof MinerMethod, fc.Arbitrary<unknown>>> = {
  PreCommitSectorBatch2: fc.record({
    sectors: few(
      fc.record({
        sealProof: type,
        sectorNumber: uint64,
        sealedCid: cid,
        sealRandEpoch: epoch,
        dealIds: few(uint64),
        expiration: epoch,
        unsealedCid: maybe(cid),
      }),
    ),
  }),
  ProveCommitSectors3: fc.record({
    sectorActivations: few(fc.record({ sectorNumber: uint64, pieces: few(piece) })),
    ...proofs,
  }),
  ProveCommitSectorsNI: fc.record({
    sectors: few(
      fc.record({
        sealingNumber: uint64,
        sealerId: uint64,
        sealedCid: cid,
        sectorNumber: uint64,
        sealRandEpoch: epoch,
        expiration: epoch,
      }),
    ),
    aggregateProof: bytes,
    sealProofType: type,
    aggregateProofType: type,
    provingDeadline: uint64,
    requireActivationSuccess: flag,
  }),
  ProveReplicaUpdates3: fc.record({
    sectorUpdates: few(
      fc.record({
        sector: uint64,
        deadline: uint64,
        partition: uint64,
        newSealedCid: cid,
        pieces: few(piece),
      }),
    ),
    updateProofsType: type,
    ...proofs,
  }),
  SubmitWindowedPoSt: fc.record({
    deadline: uint64,
    partitions: few(fc.record({ index: uint64, skipped: bits })),
    proofs: few(fc.record({ postProof: type, proofBytes: bytes })),
    chainCommitEpoch: epoch,
    chainCommitRand: bytes,
  }),
  DisputeWindowedPoSt: fc.record({ deadline: uint64, postIndex: uint64 }),
  TerminateSectors: fc.record({ terminations: few(declaration) }),
  DeclareFaults: fc.record({ faults: few(declaration) }),
  DeclareFaultsRecovered: fc.record({ recoveries: few(declaration) }),
  CompactPartitions: fc.record({ deadline: uint64, partitions: bits }),
  CompactSectorNumbers: fc.record({ maskSectorNumbers: bits }),
  ExtendSectorExpiration2: fc.record({
    extensions: few(
      fc.record({
        deadline: uint64,
        partition: uint64,
        sectors: bits,
        sectorsWithClaims: few(
          fc.record({ sectorNumber: uint64, maintainClaims: few(uint64), dropClaims: few(uint64) }),
        ),
        newExpiration: epoch,
      }),
    ),
  }),
  WithdrawBalance: fc.record({ amountRequested: amount }),
  ChangeBeneficiary: fc.record({
    newBeneficiary: uint64.map(idAddress),
    newQuota: amount,
    newExpiration: fc.constantFrom(-(2n ** 63n), 0n, 2n ** 63n - 1n),
  }),
  ChangeWorkerAddress: fc.record({
    newWorker: uint64.map(idAddress),
    newControlAddresses: few(uint64.map(idAddress)),
  }),
  ChangeOwnerAddress: uint64.map(idAddress),
  MaxTerminationFeeExported: fc.record({ power: amount, initialPledge: amount }),
  GenerateSectorLocationExported: fc.record({ sectorNumber: uint64 }),
  ValidateSectorStatusExported: fc.record({
    sectorNumber: uint64,
    status: fc.constantFrom(0, 1, 2),
    auxData: bytes,
  }),
  GetNominalSectorExpirationExported: uint64,
  CheckSectorProven: fc.record({ sectorNumber: uint64 }),
  InternalSectorSetupForPreseal: fc.record({
    sectors: few(uint64),
    rewardSmoothed: estimate,
    rewardBaselinePower: amount,
    qualityAdjPowerSmoothed: estimate,
  }),
}

/** A miner with sectors in its open deadline and in one that is not. */
function subject(): MinerRuntime {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n, 3n], 3))
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [4n], 20))
  for (let i = 0; i < 51; i++) {
    proveDeadline(rt)
    endDeadline(rt)
  }
  rt.epoch += 5
  return rt
}
const born = subject()

test('no parameters end a node', () => {
  const names = Object.keys(METHODS) as (keyof typeof METHODS)[]
  const call = fc
    .constantFrom(...names)
    .chain((name) => METHODS[name]!.map((value) => ({ name, value })))
  const answered = new Set<string>()
  fc.assert(
    fc.property(call, fc.constantFrom(0, 100, 101, 2, 4), ({ name, value }, caller) => {
      const rt = new MinerRuntime({
        epoch: born.epoch,
        state: born.state(),
        receiver: born.receiver,
      })
      const method = MinerMethod[name]
      const payload = Payload.raw(encode(minerActor.methods[method]!.params!, value))
      try {
        rt.invokeAs(caller, name, payload)
      } catch (error) {
        if (!(error instanceof ActorError)) throw error
        assert.ok(error.exitCode >= 16, error.message)
      }
      answered.add(name)
    }),
    params,
  )
  assert.is(answered.size, names.length)
})

test.run()
