// timeout: 200
/** What state roots cost, in counts: they carry no noise, so a change of one of them is a change of the code. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { initCrypto } from '../primitives/crypto/init.ts'
import { countCosts, readBaseline } from './support/baseline.ts'

test.before(() => initCrypto())

test('blocks hashed and bytes encoded by kind of message are those of the baseline', () => {
  const hint =
    'better or meant? node --import tsx test/support/baseline.ts --write, and say why in the commit'
  const [counted, baseline] = [countCosts(), readBaseline()]
  assert.equal(Object.keys(counted), Object.keys(baseline), hint)
  for (const [kind, cost] of Object.entries(counted))
    assert.equal(cost, baseline[kind], `${kind}: ${hint}`)
})

test.run()
