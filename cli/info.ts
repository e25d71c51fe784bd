/** `pithead info`: what this program runs on here, and which libraries it chose. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { bls } from '../primitives/crypto/bls.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { secp256k1 } from '../primitives/crypto/secp256k1.ts'
import { nativeLayer } from '../primitives/crypto/sha256-layers.ts'
import { VERSION } from '../rpc/version.ts'

interface Options {
  json: boolean
}

export const info: CommandModule<object, Options> = {
  command: 'info',
  describe: 'Say which versions and libraries are used here',
  builder: (yargs) =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'print it as JSON' }),
  handler: async ({ json }) => {
    await initCrypto()
    const lines = infoLines()
    console.log(
      json
        ? JSON.stringify(lines, null, 2)
        : Object.entries(lines)
            .map(([name, value]) => `${name.padEnd(10)} ${value}`)
            .join('\n'),
    )
  },
}

/** How each library that may be chosen runs, and the package it is in. */
const LIBRARIES = {
  blst: ['native', '@chainsafe/blst'],
  herumi: ['WebAssembly', 'bls-eth-wasm'],
  secp256k1: ['native', 'secp256k1'],
  'tiny-secp256k1': ['WebAssembly', 'tiny-secp256k1'],
  hashtree: ['native', '@chainsafe/hashtree'],
} as const

/** After `initCrypto`. */
function infoLines(): Record<string, string> {
  const { node, v8 } = process.versions
  return {
    pithead: VERSION,
    node: `${node}, V8 ${v8}`,
    platform: `${process.platform} ${process.arch}, ${availableParallelism()} cores`,
    BLS: libraryLine(bls().name),
    secp256k1: libraryLine(secp256k1().name),
    BLAKE2b: `WebAssembly, own kernel held to blake2b-wasm ${packageVersion('blake2b-wasm')}`,
    'SHA-256': 'WebAssembly, own kernel; native for long inputs',
    'data trees': nativeLayer() ? libraryLine('hashtree') : 'WebAssembly, own kernel',
    'Keccak-256': `WebAssembly, hash-wasm ${packageVersion('hash-wasm')}`,
    threads: `piscina ${packageVersion('piscina')}`,
  }
}

function libraryLine(name: keyof typeof LIBRARIES): string {
  const [how, library] = LIBRARIES[name]
  return `${how}, ${library} ${packageVersion(library)}`
}

/** Version of an installed package. Some do not let their package.json be imported, so it is read. */
function packageVersion(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  const file = folders.map((folder) => join(folder, name, 'package.json')).find(existsSync)
  if (file === undefined) return 'unknown'
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
