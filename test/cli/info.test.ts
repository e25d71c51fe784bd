/** `pithead info`: names what runs here. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { main } from '../../cli/main.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { loadSecp256k1 } from '../../primitives/crypto/secp256k1.ts'

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}
const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Manifest

async function printed(...argv: string[]): Promise<string> {
  const { log } = console
  let out = ''
  console.log = (line: string) => (out += `${line}\n`)
  try {
    await main(['info', ...argv])
  } finally {
    console.log = log
  }
  return out
}

const versionOf = (name: string) => `${name} ${manifest.dependencies[name]}`

test('it prints versions, cores, and the libraries that were chosen', async () => {
  const out = await printed()
  assert.match(out, new RegExp(`^pithead +${manifest.version.replaceAll('.', '\\.')}\n`))
  assert.ok(out.includes(process.versions.node))
  assert.ok(out.includes(`${availableParallelism()} cores`))
  const native = bls().name === 'blst'
  assert.ok(out.includes(versionOf(native ? '@chainsafe/blst' : 'bls-eth-wasm')), out)
  const secp = loadSecp256k1('secp256k1') ? 'secp256k1' : 'tiny-secp256k1'
  assert.ok(out.includes(versionOf(secp)), out)
  for (const name of ['blake2b-wasm', 'hash-wasm', 'piscina'])
    assert.ok(out.includes(versionOf(name)), out)
})

test('it names the fallbacks where they are used, also as JSON', async () => {
  await initCrypto({ bls: 'herumi', secp256k1: 'tiny-secp256k1', sha256Layers: 'wasm' })
  const lines = JSON.parse(await printed('--json')) as Record<string, string>
  assert.is(lines['BLS'], `WebAssembly, ${versionOf('bls-eth-wasm')}`)
  assert.is(lines['secp256k1'], `WebAssembly, ${versionOf('tiny-secp256k1')}`)
  assert.is(lines['data trees'], 'WebAssembly, own kernel')
})

test.run()
