// Tickets and proofs: what a worker proves, verifies, with signatures and with the hashes that stand for them.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { electionInput } from '../../../engine/consensus/election.ts'
import {
  addressEntropy,
  compareTickets,
  ticketDigest,
  ticketInput,
} from '../../../engine/consensus/ticket.ts'
import { modelledVrf, realVrf } from '../../../engine/consensus/vrf.ts'
import { winningPostRandomness } from '../../../engine/consensus/winning-post.ts'
import { InvariantError } from '../../../primitives/assert.ts'
import { concatBytes, fromHex, toHex, uint64be, utf8 } from '../../../primitives/bytes.ts'
import { sha256 } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { blsSecretFromSeed } from '../../../primitives/crypto/keys.ts'
import { drawRandomness, randomnessDigest } from '../../../primitives/randomness.ts'
import { fieldRandomness, winningPostSectorChallenge } from '../../../proofs-mock/challenges.ts'

await initCrypto()

const [alice, bob] = [blsSecretFromSeed(utf8('alice')), blsSecretFromSeed(utf8('bob'))]
const input = electionInput(utf8('beacon'), 7, fromHex('00e807'))
const beacon = utf8('beacon-entry-1')
const miner = fromHex('00e807')

for (const vrf of [realVrf, modelledVrf]) {
  test(`${vrf.name}: a proof verifies for its key and input only`, () => {
    const [key, other] = [vrf.publicKey(alice), vrf.publicKey(bob)]
    const proof = vrf.prove(alice, input)
    assert.is(key.length, 48)
    assert.is(proof.length, 96)
    assert.ok(vrf.verify(key, input, proof))
    assert.equal(vrf.prove(alice, input), proof)
    assert.not(vrf.verify(other, input, proof))
    assert.not(vrf.verify(key, sha256(input), proof))
    for (let at = 0; at < 96; at += 5) {
      const bent = proof.slice()
      bent[at]! ^= 1
      assert.not(vrf.verify(key, input, bent), `byte ${at}`)
    }
  })

  test(`${vrf.name}: malformed keys and proofs do not verify`, () => {
    const [key, proof] = [vrf.publicKey(alice), vrf.prove(alice, input)]
    for (const [k, p] of [
      [key.subarray(1), proof],
      [concatBytes(key, key), proof],
      [new Uint8Array(0), proof],
      [key, proof.subarray(1)],
      [key, new Uint8Array(0)],
      [key, concatBytes(proof, Uint8Array.of(0))],
    ] as const)
      assert.not(vrf.verify(k, input, p))
  })
}

test('modelled proofs have bits as even as signatures', () => {
  let ones = 0
  for (let n = 0; n < 200; n++)
    for (const byte of modelledVrf.prove(alice, uint64be(n)))
      for (let bits = byte; bits !== 0; bits &= bits - 1) ones++
  // 153,600 bits: standard deviation 196.
  assert.ok(Math.abs(ones - 76_800) < 5 * 196, `${ones}`)
})

test('the input of a ticket draws on the epoch before, with the parents’ ticket', () => {
  const parent = fromHex('aabb')
  const entropy = concatBytes(fromHex('43'), miner, parent)
  assert.is(
    toHex(ticketInput(beacon, 101, miner, parent)),
    toHex(drawRandomness(randomnessDigest(beacon), 1, 100, entropy)),
  )
  assert.not.equal(ticketInput(beacon, 101, miner, parent), ticketInput(beacon, 101, miner, miner))
})

test('an address enters as CBOR bytes', () => {
  assert.is(toHex(addressEntropy(miner)), '4300e807')
  assert.is(toHex(addressEntropy(new Uint8Array(23))), `57${'00'.repeat(23)}`)
  assert.is(toHex(addressEntropy(new Uint8Array(24))), `5818${'00'.repeat(24)}`)
  assert.is(toHex(addressEntropy(new Uint8Array(49))), `5831${'00'.repeat(49)}`)
  assert.throws(() => addressEntropy(new Uint8Array(256)), isInvariantError)
})

test('tickets are ordered by their hashes', () => {
  const tickets = Array.from({ length: 20 }, (_, i) => uint64be(i))
  const sorted = [...tickets].sort(compareTickets)
  for (let i = 1; i < sorted.length; i++)
    assert.ok(toHex(ticketDigest(sorted[i - 1]!)) < toHex(ticketDigest(sorted[i]!)))
  assert.is(compareTickets(tickets[3]!, tickets[3]!.slice()), 0)
  assert.is(
    Math.sign(compareTickets(tickets[1]!, tickets[2]!)),
    -Math.sign(compareTickets(tickets[2]!, tickets[1]!)),
  )
})

test('the seed of a winning PoSt has its own tag', () => {
  assert.is(
    toHex(winningPostRandomness(beacon, 100, miner)),
    toHex(drawRandomness(randomnessDigest(beacon), 3, 100, fromHex('4300e807'))),
  )
})

test('a challenge is the same for randomness with and without the two bits', () => {
  const randomness = new Uint8Array(32).fill(0xff)
  assert.is(fieldRandomness(randomness)[31], 0x3f)
  assert.is(randomness[31], 0xff, 'the caller’s bytes are left alone')
  for (const id of [1000, 127n])
    assert.is(
      winningPostSectorChallenge(randomness, id, 349),
      winningPostSectorChallenge(fieldRandomness(randomness), id, 349),
    )
})

test('challenges reach every sector about equally often', () => {
  const counts = new Array<number>(8).fill(0)
  for (let n = 0; n < 1600; n++) counts[winningPostSectorChallenge(sha256(uint64be(n)), 1000, 8)]!++
  const chi = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)
  assert.ok(chi < 7 + 4 * Math.sqrt(14), `chi-square ${chi}`)
})

test('a challenge needs a sector and 32 bytes', () => {
  for (const use of [
    () => winningPostSectorChallenge(new Uint8Array(32), 1000, 0),
    () => winningPostSectorChallenge(new Uint8Array(31), 1000, 1),
  ])
    assert.throws(use, isInvariantError)
})

function isInvariantError(error: unknown): boolean {
  return error instanceof InvariantError
}

test.run()
