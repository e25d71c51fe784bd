// timeout: 400
// Goal: the example works as it is, from the packages on npm. Method: its own tests are run as its README says.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testOverRpc } from '../support/example.ts'

test('forge deploys to a devnet, cast uses what was deployed', async () => {
  const { status, output } = await testOverRpc('foundry')
  assert.is(status, 0, output)
  assert.match(output, /^ok - a script asks the devnet/m)
})

test.run()
