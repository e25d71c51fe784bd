/** Making miners. */
import { defined } from '../../primitives/assert.ts'
import { encode } from '../../primitives/codec.ts'
import { ExecParams, ExecReturn, InitMethod } from '../init/params.ts'
import { MinerConstructorParams } from '../miner/params.ts'
import { Payload, type Runtime, sent } from '../runtime.ts'
import { INIT_ACTOR } from '../singletons.ts'
import { addClaim } from './claims.ts'
import type { CreateMinerParams } from './params.ts'
import type { PowerState } from './state.ts'

/**
 * Makes a miner through the init actor, with the value that came along as its deposit, and gives it a claim.
 * @throws ActorError as the miner's constructor does.
 */
export function createMiner(rt: Runtime<PowerState>, params: CreateMinerParams): ExecReturn {
  rt.acceptAnyCaller()
  const { owner, worker, windowPoStProofType, peer, multiaddrs } = params
  const constructorParams = encode(MinerConstructorParams, {
    owner,
    worker,
    controlAddresses: [],
    windowPoStProofType,
    peerId: peer,
    multiaddrs,
  })
  const codeCid = rt.manifest.codeOf('storageminer')
  const made = sent(
    rt.send(
      INIT_ACTOR,
      InitMethod.Exec,
      Payload.of(ExecParams, { codeCid, constructorParams }),
      rt.value,
    ),
  )
  const { idAddress, robustAddress } = defined(made, 'return of Exec').as(ExecReturn)
  const miner = defined(idAddress.id, 'id of the miner')
  rt.transaction((state) => addClaim(state, rt.policy, miner, windowPoStProofType))
  return { idAddress, robustAddress }
}
