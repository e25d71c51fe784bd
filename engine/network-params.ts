/** What distinguishes one network from another: policy, identifiers and the length of an epoch. */
import type { Bundle } from '../actors/manifest.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY, type Policy } from '../actors/policy.ts'
import type { NetworkLetter } from '../primitives/address.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { TokenAmount } from '../primitives/units.ts'
import {
  DEVNET_2K_INITIAL_FIL_RESERVED,
  MAINNET_INITIAL_FIL_RESERVED,
} from './chain/circulating-supply.ts'

export type Preset = 'mainnet' | '2k'

export interface NetworkParams {
  readonly preset: Preset
  /** What `Filecoin.StateNetworkName` says. */
  readonly name: string
  readonly letter: NetworkLetter
  readonly chainId: bigint
  readonly networkVersion: number
  readonly bundle: Bundle
  readonly policy: Policy
  /** Seconds from one epoch to the next. */
  readonly blockDelay: number
  /** Unix seconds of epoch 0. */
  readonly genesisTime: number
  readonly initialFilReserved: TokenAmount
}

/** 2020-08-24T22:00:00Z, when mainnet began. A network's own clock counts from here, so that runs repeat. */
const GENESIS_TIME = 1_598_306_400

const PRESETS: Record<Preset, NetworkParams> = {
  mainnet: {
    preset: 'mainnet',
    name: 'pithead-mainnet',
    letter: 'f',
    chainId: 314n,
    networkVersion: 28,
    bundle: 'mainnet',
    policy: MAINNET_POLICY,
    blockDelay: 30,
    genesisTime: GENESIS_TIME,
    initialFilReserved: MAINNET_INITIAL_FIL_RESERVED,
  },
  '2k': {
    preset: '2k',
    name: 'pithead-2k',
    letter: 't',
    chainId: 31415926n,
    networkVersion: 28,
    bundle: 'devnet',
    policy: DEVNET_2K_POLICY,
    blockDelay: 4,
    genesisTime: GENESIS_TIME,
    initialFilReserved: DEVNET_2K_INITIAL_FIL_RESERVED,
  },
}

/** @throws InvalidInput naming the presets there are. */
export function networkParams(preset: string): NetworkParams {
  if (preset !== 'mainnet' && preset !== '2k')
    throw new InvalidInput('preset', `expected mainnet or 2k, got ${JSON.stringify(preset)}`)
  return PRESETS[preset]
}
