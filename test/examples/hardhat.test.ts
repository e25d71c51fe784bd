// timeout: 400
// Goal: the example works as it is, from the packages on npm. Method: its own tests are run as its README says.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testOverRpc } from '../support/example.ts'

test("Hardhat's own tests pass over a devnet", async () => {
  const { status, output } = await testOverRpc('hardhat')
  assert.is(status, 0, output)
  assert.match(output, /^ *4 passing/m)
})

test.run()
