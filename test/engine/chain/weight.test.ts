import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareTickets, tipsetWeight } from '../../../engine/chain/weight.ts'
import { InvariantError } from '../../../primitives/assert.ts'

const tickets = (...bytes: number[]): Uint8Array[] => bytes.map((byte) => Uint8Array.of(byte))

test('weight grows with the parent, with the order of power and with wins', () => {
  const at = (parent: bigint, power: bigint, wins: number) => tipsetWeight(parent, power, wins)
  assert.is(at(7n, 1024n, 0), 7n + 2560n)
  assert.is(at(7n, 1024n, 5), 7n + 2560n + 1280n)
  assert.is(at(0n, 2047n, 5), at(0n, 1024n, 5))
  assert.ok(at(0n, 2048n, 5) > at(0n, 2047n, 5))
})

test('a network without power has no weight', () => {
  assert.throws(
    () => tipsetWeight(0n, 0n, 1),
    (error: unknown) => error instanceof InvariantError,
  )
})

test('the first ticket that differs decides, over as many as both have', () => {
  assert.ok(compareTickets(tickets(1, 5), tickets(1, 6)) < 0)
  assert.ok(compareTickets(tickets(2, 5), tickets(1, 6)) > 0)
  assert.is(compareTickets(tickets(1), tickets(1, 6)), 0)
})

test.run()
