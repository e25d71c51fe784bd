/** Prices against gas that was recorded with the released actors. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { meteredSyscalls } from '../../../engine/vm/metered-syscalls.ts'
import { GasMeter, OutOfGas } from '../../../engine/vm/gas.ts'
import { onChainMessage, verifyAggregateSeals } from '../../../engine/vm/price-list.ts'
import { SYSCALLS } from '../../../engine/node.ts'

test('aggregates cost a part per sector and a step, by the type of seal', () => {
  // ref-fvm price list TEEP: 32 GiB interactive, 64 GiB interactive, 32 GiB and 64 GiB non-interactive, 2 KiB devnet.
  for (const [sealProof, sectors, gas] of [
    [8, 4, 4 * 449_900 + 103_994_170],
    [8, 6, 6 * 449_900 + 103_994_170],
    [8, 7, 7 * 449_900 + 112_356_810],
    [8, 819, 819 * 449_900 + 528_274_980],
    [9, 13, 13 * 359_272 + 120_803_700],
    [18, 1, 5_668_740 + 112_356_810],
    [18, 65, 65 * 5_668_740 + 528_274_980],
    [19, 33, 33 * 4_526_928 + 509_880_640],
    [5, 26, 26 * 449_900 + 137_559_930],
  ] as const)
    assert.is(verifyAggregateSeals(sealProof, sectors), gas * 1000)
})

test('a message on chain is paid for by its length', () => {
  // A recorded transfer of 135 bytes: 736,163 gas.
  assert.is(onChainMessage(135), 736_163_000)
})

test('a system call that cannot be paid for does not run', () => {
  const meter = new GasMeter(100_000_000)
  let asked = 0
  const counting = { ...SYSCALLS, verifyPost: () => ++asked > 0 }
  const challengedSectors: never[] = []
  const info = {
    randomness: new Uint8Array(32),
    proofs: [],
    challengedSectors,
    prover: 1000 as never,
  }
  assert.throws(
    () => meteredSyscalls(counting, meter).verifyPost(info),
    (error: unknown) => error instanceof OutOfGas,
  )
  assert.is(asked, 0)
  assert.is(meter.available, 0)
})

test.run()
