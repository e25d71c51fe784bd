// timeout: 600
// The kernels in the repository are what their sources compile to.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

/** Plain JavaScript, which the compiler does not look into. */
const BUILD: string = '../../wasm/build.mjs'
const { KERNELS, moduleFile, buildKernel } = (await import(BUILD)) as {
  readonly KERNELS: Readonly<Record<string, unknown>>
  moduleFile(name: string): URL
  buildKernel(name: string): Promise<string>
}

for (const name of Object.keys(KERNELS))
  test(`${name}: npm run build:wasm gives the same bytes again`, async () => {
    const kept = readFileSync(moduleFile(name), 'utf8')
    assert.ok((await buildKernel(name)) === kept, 'wasm/ has changed: run npm run build:wasm')
  })

test('there are kernels', () => assert.equal(Object.keys(KERNELS), ['blake2b', 'sha256']))

test.run()
