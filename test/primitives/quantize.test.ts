import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_QUANTIZATION, quantizeDown, quantizeUp } from '../../primitives/quantize.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 500 }
const epochs = fc.integer({ min: -20_000, max: 20_000 })
const specs = fc.record({ unit: fc.integer({ min: 1, max: 3000 }), offset: epochs })

test('rounding up finds the first grid epoch that is not earlier', () => {
  fc.assert(
    fc.property(specs, epochs, (quant, epoch) => {
      const up = quantizeUp(quant, epoch)
      assert.is(Math.abs(up - quant.offset) % quant.unit, 0)
      assert.ok(up >= epoch && up - epoch < quant.unit)
    }),
    run,
  )
})

test('rounding down finds the last grid epoch that is not later', () => {
  fc.assert(
    fc.property(specs, epochs, (quant, epoch) => {
      const down = quantizeDown(quant, epoch)
      assert.is(Math.abs(down - quant.offset) % quant.unit, 0)
      assert.ok(down <= epoch && epoch - down < quant.unit)
    }),
    run,
  )
})

test('offsets a whole number of units apart are the same grid', () => {
  fc.assert(
    fc.property(specs, epochs, fc.integer({ min: -5, max: 5 }), (quant, epoch, units) => {
      const shifted = { ...quant, offset: quant.offset + units * quant.unit }
      assert.is(quantizeUp(shifted, epoch), quantizeUp(quant, epoch))
    }),
    run,
  )
})

test('every epoch is on the grid of every epoch', () => {
  for (const epoch of [-7, 0, 1, 2880]) assert.is(quantizeUp(NO_QUANTIZATION, epoch), epoch)
})

test('epoch zero is never minus zero', () => {
  for (const quant of [
    { unit: 5, offset: -5 },
    { unit: 5, offset: 0 },
  ])
    for (const epoch of [-4, -0, 0]) assert.ok(Object.is(quantizeUp(quant, epoch), 0))
})

test.run()
