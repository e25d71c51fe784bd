/** Results of batches, and of steps on the successes of the step before. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { batchCodes, batchReturn, stackBatches, successes } from '../../actors/batch-return.ts'

const OK = 0
const [A, B, C] = [16, 17, 18]

test('codes and results are the same thing', () => {
  for (const codes of [[], [OK], [A], [OK, A, OK, B], [A, A, OK]])
    assert.equal(batchCodes(batchReturn(codes)), codes)
  assert.equal(batchReturn([OK, A, OK]), { successCount: 2, failCodes: [{ idx: 1, code: A }] })
})

test('successes keep their order', () => {
  assert.equal(successes(batchReturn([OK, A, OK]), ['x', 'y', 'z']), ['x', 'z'])
  assert.throws(() => successes(batchReturn([OK]), []))
})

test('later steps fail what earlier ones let through', () => {
  const cases: [number[], number[][]][] = [
    [[OK], [[OK], [OK]]],
    [
      [A, B],
      [[A, OK], [B]],
    ],
    [
      [B, A],
      [[OK, A], [B]],
    ],
    [
      [OK, A, B],
      [
        [OK, A, OK],
        [OK, B],
      ],
    ],
    [
      [A, A, A, C, B, C],
      [
        [A, A, A, OK, B, OK],
        [C, C],
      ],
    ],
    [
      [A, C, B, OK, A, C],
      [
        [A, OK, B, OK, A, OK],
        [C, OK, C],
      ],
    ],
    [
      [B, A, OK, C, B],
      [
        [OK, OK, OK, OK, OK],
        [OK, A, OK, OK, OK],
        [B, OK, OK, B],
        [OK, C],
      ],
    ],
  ]
  for (const [expected, [first, ...next]] of cases)
    assert.equal(batchCodes(stackBatches(batchReturn(first!), ...next.map(batchReturn))), expected)
  assert.throws(() => stackBatches(batchReturn([OK, A]), batchReturn([OK, OK])))
})

test.run()
