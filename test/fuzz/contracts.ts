/** Contracts: a few that are known to end, since nothing here is metered; made, called, and destroyed. */
import { CreateReturn, EamMethod } from '../../actors/eam/params.ts'
import { EvmMethod } from '../../actors/evm/params.ts'
import { EAM_ACTOR } from '../../actors/singletons.ts'
import { concatBytes, fromHex } from '../../primitives/bytes.ts'
import { byteString } from '../../primitives/codec.ts'
import { actorId, type ActorId } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { mostly } from './chance.ts'
import type { World } from './world.ts'

export const contractActions: readonly Action[] = [
  { name: 'create-contract', weight: 1, run: createContract },
  { name: 'call-contract', weight: 3, run: callContract },
]

const MOST_CONTRACTS = 6

/** Runtime code: adds one to slot 0; gives back what it was sent; pays its caller all and ends; fails. */
const RUNTIMES = ['60005460010160005500', '3460005260206000f3', '33ff', '60006000fd'].map(fromHex)

/** Init code that returns a runtime of up to 32 bytes: CODECOPY of what follows it. */
function initcodeOf(runtime: Uint8Array): Uint8Array {
  return concatBytes(
    fromHex(`60${hex(runtime.length)}600c60003960${hex(runtime.length)}6000f3`),
    runtime,
  )
}

const hex = (n: number): string => n.toString(16).padStart(2, '0')

function contracts(world: World): ActorId[] {
  const ids = (world.plans.get('contracts') as ActorId[] | undefined) ?? []
  return ids.filter((id) => world.tree.get(id) !== undefined)
}

function createContract(world: World): void {
  const { prng, users } = world
  const known = contracts(world)
  if (known.length >= MOST_CONTRACTS) return
  const initcode = mostly(world, initcodeOf(prng.pick(RUNTIMES)), fromHex('fe'), new Uint8Array())
  const method = EamMethod.CreateExternal
  const from = prng.pick(users)
  const made = world.send('CreateExternal', from, EAM_ACTOR, method, [byteString, initcode])
  if (made.exitCode === 0)
    world.plans.set('contracts', [...known, actorId(made.ret!.as(CreateReturn).actorId)])
}

function callContract(world: World): void {
  const { prng, users } = world
  const known = contracts(world)
  if (known.length === 0) return
  const calldata = prng.bytes(prng.below(40))
  const method = mostly(world, EvmMethod.InvokeContract, 0, 1 << 24)
  const value = BigInt(prng.below(1_000_000))
  const to = prng.pick(known)
  world.send('InvokeContract', prng.pick(users), to, method, [byteString, calldata], value)
}
