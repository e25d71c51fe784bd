/** Every actor type and its definition. */
import { accountActor } from './account/index.ts'
import type { ActorDefinition } from './actor.ts'
import { cronActor } from './cron/index.ts'
import { datacapActor } from './datacap/index.ts'
import { eamActor } from './eam/index.ts'
import { ethAccountActor } from './ethaccount/index.ts'
import { evmActor } from './evm/index.ts'
import { initActor } from './init/index.ts'
import type { ActorType } from './manifest.ts'
import { marketActor } from './market/index.ts'
import { minerActor } from './miner/index.ts'
import { multisigActor } from './multisig/index.ts'
import { paychActor } from './paych/index.ts'
import { placeholderActor } from './placeholder/index.ts'
import { powerActor } from './power/index.ts'
import { rewardActor } from './reward/index.ts'
import { systemActor } from './system/index.ts'
import { verifregActor } from './verifreg/index.ts'

/** What an actor of this type holds and does. */
export function actorDefinition(type: ActorType): ActorDefinition {
  return DEFINITIONS[type]
}

const DEFINITIONS: Readonly<Record<ActorType, ActorDefinition>> = {
  system: erased(systemActor),
  init: erased(initActor),
  cron: erased(cronActor),
  account: erased(accountActor),
  storagepower: erased(powerActor),
  storageminer: erased(minerActor),
  storagemarket: erased(marketActor),
  paymentchannel: erased(paychActor),
  multisig: erased(multisigActor),
  reward: erased(rewardActor),
  verifiedregistry: erased(verifregActor),
  datacap: erased(datacapActor),
  placeholder: erased(placeholderActor),
  evm: erased(evmActor),
  eam: erased(eamActor),
  ethaccount: erased(ethAccountActor),
}

/** The definition without its state type: whoever runs an actor gives it the state it declares. */
function erased<S>(definition: ActorDefinition<S>): ActorDefinition {
  return definition as unknown as ActorDefinition
}
