/** Cryptography, beacons and elections. */
import * as assert from 'uvu/assert'
import { roundForEpoch } from '../../engine/consensus/beacon.ts'
import { type DrandScheme, roundMessage, verifyRound } from '../../engine/consensus/drand.ts'
import {
  expNegQ256,
  lambda,
  MAX_WIN_COUNT,
  poissonIcdf,
  winCount,
  winCountOfDigest,
} from '../../engine/consensus/election.ts'
import { compareTickets, ticketDigest } from '../../engine/consensus/ticket.ts'
import { concatBytes, fromHex, toHex } from '../../primitives/bytes.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { blake2b256, keccak256, sha256 } from '../../primitives/crypto/hash.ts'
import { recover } from '../../primitives/crypto/secp256k1.ts'
import { frc42MethodNumber } from '../../primitives/frc42.ts'
import { drawRandomness, randomnessDigest } from '../../primitives/randomness.ts'
import { winningPostSectorChallenge } from '../../proofs-mock/challenges.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  bls_signatures: blsSignature,
  drand_beacons: drandBeacon,
  drand_round_for_epoch(c) {
    const network = {
      ...{ name: c.str('network'), scheme: 'pedersen-bls-chained' as const },
      ...{ publicKey: new Uint8Array(48), period: c.num('drand_period') },
      genesisTime: c.num('drand_genesis'),
    }
    const schedule = {
      genesisTimestamp: c.num('filecoin_genesis'),
      blockDelay: c.num('block_delay'),
      points: [{ start: 0, network }],
    }
    assert.is(roundForEpoch(schedule, c.num('epoch'), c.num('network_version')), c.num('round'))
  },
  secp256k1_recover(c) {
    const signature = concatBytes(c.hex('r'), c.hex('s'), Uint8Array.of(c.num('recovery_id')))
    const key = recover(c.hex('digest_hex'), signature)
    assert.ok(key, 'no key is recovered')
    assert.is(toHex(key), toHex(c.hex('public_key_uncompressed')))
    const ethAddress = keccak256(key.subarray(1)).subarray(12)
    assert.is(toHex(ethAddress), toHex(c.hex('eth_address')))
    const signed = c.optHex('signed_message_hex')
    if (signed) assert.is(toHex(keccak256(signed)), toHex(c.hex('digest_hex')))
  },
  randomness_draw(c) {
    const base = c.optHex('base_hex')
    if (base) assert.is(toHex(randomnessDigest(base)), toHex(c.hex('digest_hex')))
    const drawn = drawRandomness(
      ...([c.hex('digest_hex'), c.num('dst'), c.num('epoch'), c.hex('entropy_hex')] as const),
    )
    assert.is(toHex(drawn), toHex(c.hex('randomness_hex')))
  },
  ticket_order(c, { head }) {
    const vrf = c.hex('vrf_hex')
    assert.is(toHex(ticketDigest(vrf)), toHex(c.hex('blake2b256_hex')))
    const order = head.strs('ascending_order')
    const position = order.indexOf(c.str('vrf_hex'))
    assert.ok(position >= 0, 'not in the ascending order')
    order.forEach((other, i) =>
      assert.is(Math.sign(compareTickets(vrf, fromHex(other))), Math.sign(position - i)),
    )
  },
  election_expneg_q256: (c) => assert.is(expNegQ256(c.big('x')), c.big('y')),
  election_lambda: (c) =>
    assert.is(lambda(c.big('power'), c.big('total_power')), c.big('lambda_q256')),
  election_poisson_icdf(c) {
    const mean = c.big('lambda_q256')
    assert.is(c.big('lambda_base') << (256n - c.big('lambda_shift')), mean)
    const icdf = c.bigs('icdf')
    assert.ok(icdf.length > 0)
    assert.equal(poissonIcdf(mean, icdf.length - 1), icdf)
    assert.is(poissonIcdf(mean).length, MAX_WIN_COUNT + 1)
  },
  election_win_count(c) {
    const [proof, power, total] = [
      ...[c.hex('vrf_proof_hex'), c.big('miner_qa_power'), c.big('total_qa_power')],
    ] as [Uint8Array, bigint, bigint]
    assert.is(winCount(proof, power, total), c.num('win_count'))
    assert.is(winCountOfDigest(blake2b256(proof), power, total), c.num('win_count'))
  },
  winning_post_sector_challenge(c) {
    const challenge = winningPostSectorChallenge(
      ...([c.hex('randomness_hex'), c.big('miner_id'), c.num('sector_count')] as const),
    )
    assert.is(challenge, c.num('challenge'))
  },
  frc42_method_numbers: (c) => assert.is(frc42MethodNumber(c.str('name')), c.num('method')),
}

function blsSignature(c: Case): void {
  const [key, message] = [c.hex('public_key_hex'), c.hex('message_hex')]
  const signature = c.hex('signature_hex')
  const valid = isValid(c)
  assert.is(bls().verify(key, message, signature), valid)
  assert.is(bls().aggregateVerify([key], [message], signature), valid)
  if (!c.has('private_key_le_base64')) return
  const secret = c.base64('private_key_le_base64')
  assert.is(toHex(bls().publicKey(secret)), toHex(key))
  assert.is(toHex(bls().sign(secret, message)) === toHex(signature), valid)
}

function drandBeacon(c: Case): void {
  const network = {
    ...{ name: c.str('network'), scheme: c.str('scheme') as DrandScheme },
    ...{ publicKey: c.hex('public_key'), genesisTime: 0, period: 1 },
  }
  const [round, signature, previous] = [
    ...[c.num('round'), c.hex('signature'), c.optHex('previous_signature')],
  ] as [number, Uint8Array, Uint8Array | undefined]
  assert.is(toHex(roundMessage(network, round, previous)), toHex(c.hex('message_hex')))
  assert.is(verifyRound(network, round, signature, previous), isValid(c))
  assert.is(toHex(sha256(signature)), toHex(c.hex('randomness')))
}

function isValid(c: Case): boolean {
  const expected = c.str('expect')
  assert.ok(['valid', 'invalid'].includes(expected), `expect: ${expected}`)
  return expected === 'valid'
}
