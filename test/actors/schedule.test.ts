// Goal: cron finds what is due however many epochs were skipped. Method: random schedules against asking every epoch.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { scheduledBetween } from '../../actors/schedule.ts'
import { uint } from '../../primitives/codec.ts'
import { varintKey } from '../../primitives/hamt-keys.ts'
import { Hamt } from '../../primitives/hamt.ts'
import { seed } from '../support/seed.ts'

const epoch = fc.integer({ min: -50, max: 200 })

test('gives the epochs with an entry, in order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(epoch, { maxLength: 30 }), epoch, epoch, (entries, from, to) => {
      const schedule = Hamt.from(
        varintKey,
        uint,
        entries.map((at) => [at, 1]),
      )
      const expected = entries.filter((at) => at >= from && at <= to).sort((a, b) => a - b)
      assert.equal(scheduledBetween(schedule, from, to), expected)
    }),
    { seed, numRuns: 300 },
  )
})

test.run()
