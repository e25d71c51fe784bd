// Goal: nothing but an honest proof is accepted, and partial loss is found out as often as it should be. Method: the soundness
// table, cell by cell, and its detection rates.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { COLUMNS } from './soundness/columns.ts'
import { isAsPredicted, measureDetection } from './soundness/detection.ts'
import { judgeAll } from './soundness/table.ts'
import { SUBJECTS } from './soundness/subjects.ts'

await initCrypto()

const cells = judgeAll()

for (const { name } of SUBJECTS)
  test(`${name}: every cell is as expected`, () => {
    const row = cells.filter((cell) => cell.row === name)
    assert.is(row.length, COLUMNS.length)
    const wrong = row.filter(({ got, expected }) => got !== expected)
    assert.equal(wrong, [])
  })

test('partial loss is found out as often as predicted', () => {
  const detections = measureDetection(process.env['SEED'] ?? 'soundness', 400)
  assert.ok(detections.length > 30)
  assert.equal(
    detections.filter((detection) => !isAsPredicted(detection)),
    [],
  )
})

test.run()
