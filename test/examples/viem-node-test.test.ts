// timeout: 400
// Goal: the example works as it is, from the packages on npm. Method: its own tests are run as its README says.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testInProcess } from '../support/example.ts'

test('tests with viem and node:test make devnets of their own', async () => {
  const { status, output } = await testInProcess('viem-node-test')
  assert.is(status, 0, output)
  assert.match(output, /^# pass 4$/m)
})

test.run()
