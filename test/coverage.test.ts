/** docs/protocol-coverage.md is what the method tables and the recordings say. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { initCrypto } from '../primitives/crypto/init.ts'
import { coverage, COVERAGE_FILE } from './support/coverage.ts'

test.before(() => initCrypto())

test('the coverage document is up to date', () => {
  const hint = 'rewrite it: node --import tsx test/support/coverage.ts --write'
  assert.ok(readFileSync(COVERAGE_FILE, 'utf8') === coverage(), hint)
})

test.run()
