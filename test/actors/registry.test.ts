import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ACTOR_TYPES } from '../../actors/manifest.ts'
import { actorDefinition } from '../../actors/registry.ts'
import { FIRST_EXPORTED_METHOD } from '../../actors/singletons.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { blake2b512 } from '../../primitives/crypto/hash.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'

await initCrypto()

test('every actor type has its definition', () => {
  for (const type of ACTOR_TYPES) assert.is(actorDefinition(type).type, type)
})

test('exported methods have the number that FRC-0042 derives from their name', () => {
  let exported = 0
  for (const type of ACTOR_TYPES)
    for (const [number, { name }] of Object.entries(actorDefinition(type).methods)) {
      if (Number(number) < FIRST_EXPORTED_METHOD) continue
      exported++
      assert.is(Number(number), methodNumber(name), `${type}.${name}`)
    }
  assert.ok(exported >= 25)
})

/** FRC-0042: the first of the digest's big-endian words that is not below 2²⁴. */
function methodNumber(name: string): number {
  const digest = blake2b512(utf8(`1|${name}`))
  const view = new DataView(digest.buffer, digest.byteOffset, digest.length)
  for (let at = 0; at < digest.length; at += 4)
    if (view.getUint32(at) >= FIRST_EXPORTED_METHOD) return view.getUint32(at)
  throw new Error(`no number for ${name}`)
}

test.run()
