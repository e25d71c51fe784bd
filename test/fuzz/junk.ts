/** Messages that make no sense: parameters of other messages with bytes changed, methods that are not there. */
import type { ActorId } from '../../primitives/units.ts'
import { actorId } from '../../primitives/units.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import type { Action } from './action.ts'
import { couldDisputeChanged } from './miners.ts'
import type { World } from './world.ts'

export const junkActions: readonly Action[] = [
  { name: 'changed-bytes', weight: 4, run: changedBytes },
  { name: 'other-actor', weight: 2, run: otherActor },
  { name: 'random-bytes', weight: 1, run: randomBytes },
]

/** A message sent lately, to the same actor, with a byte changed, taken or added. */
function changedBytes(world: World): void {
  const { prng, users, recent } = world
  if (recent.length === 0) return
  const { to, method, params } = prng.pick(recent)
  const bytes = changed(world, params)
  if (isKnownTrouble(world, to, BigInt(method))) return
  world.sendBytes('changed bytes', prng.pick(users), to, BigInt(method), bytes, 0n)
}

function changed(world: World, bytes: Uint8Array): Uint8Array {
  const { prng } = world
  const at = prng.below(bytes.length + 1)
  if (prng.chance(1, 4)) return bytes.slice(0, at)
  if (prng.chance(1, 4)) return Uint8Array.of(...bytes, prng.below(256))
  const out = bytes.slice()
  if (at < out.length) out[at] = prng.below(256)
  return out
}

/** Right parameters at the wrong door. */
function otherActor(world: World): void {
  const { prng, users, recent } = world
  if (recent.length === 0) return
  const { method, params } = prng.pick(recent)
  const to = anyActor(world)
  if (isKnownTrouble(world, to, BigInt(method))) return
  world.sendBytes('other actor', prng.pick(users), to, BigInt(method), params, 0n)
}

function randomBytes(world: World): void {
  const { prng, users } = world
  const method = prng.pick([
    BigInt(prng.below(40)),
    prng.bigBelow(1n << 32n),
    prng.bigBelow(1n << 64n),
  ])
  const value = BigInt(prng.below(1000))
  const params = prng.bytes(prng.below(40))
  const to = anyActor(world)
  if (isKnownTrouble(world, to, method)) return
  world.sendBytes('random bytes', prng.pick(users), to, method, params, value)
}

const isKnownTrouble = (world: World, to: ActorId, method: bigint): boolean =>
  method === BigInt(MinerMethod.DisputeWindowedPoSt) && couldDisputeChanged(world, to)

function anyActor(world: World): ActorId {
  const { prng, users } = world
  const singleton = actorId(prng.below(11))
  return prng.pick([singleton, prng.pick(users), ...world.miners()])
}
