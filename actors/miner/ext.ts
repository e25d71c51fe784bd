/**
 * What a miner says to the storage market and the verified registry, and what they answer. Wire order of builtin-actors
 * `actors/miner/src/ext.rs`.
 */
import { bitfield } from '../../primitives/bitfield.ts'
import { epoch, type Infer, tuple } from '../../primitives/codec.ts'

export const MARKET_VERIFY_DEALS_FOR_ACTIVATION = 5
export const MARKET_BATCH_ACTIVATE_DEALS = 6
export const MARKET_ON_MINER_SECTORS_TERMINATE = 7
export const VERIFREG_CLAIM_ALLOCATIONS = 9
export const VERIFREG_GET_CLAIMS = 10

export const OnMinerSectorsTerminateParams = tuple(
  { epoch, sectors: bitfield },
  'OnMinerSectorsTerminateParams',
)
export type OnMinerSectorsTerminateParams = Infer<typeof OnMinerSectorsTerminateParams>
