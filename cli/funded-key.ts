/** A devnet's funded keys and its providers in the forms that people and clients read. */
import type { Devnet } from '../engine/devnet.ts'
import type { StateTree } from '../engine/vm/state-tree.ts'
import { type Address, formatAddress } from '../primitives/address.ts'
import { toHex } from '../primitives/bytes.ts'
import { checksumEthAddress } from '../primitives/eth-address.ts'
import type { ActorId, StoragePower, TokenAmount } from '../primitives/units.ts'

export type Hex = `0x${string}`

/** One secret, two funded accounts: its f1, and the f410 that is its Ethereum address. */
export interface FundedKey {
  readonly index: number
  /** secp256k1, 32 bytes. */
  readonly privateKey: Hex
  readonly native: string
  readonly delegated: string
  /** With the checksum of EIP-55. */
  readonly eth: Hex
  /** attoFIL that each of the two accounts has from the start. */
  readonly balance: TokenAmount
}

export interface ProviderInfo {
  readonly id: ActorId
  /** f0 of the miner actor. */
  readonly address: string
  readonly owner: string
  readonly worker: string
  /** BLS, 32 bytes little-endian, as Lotus exports them. */
  readonly ownerKey: Hex
  readonly workerKey: Hex
  /** Bytes at genesis. */
  readonly rawBytePower: StoragePower
}

export function fundedKeys({ accounts, params, node }: Devnet): FundedKey[] {
  return accounts.map(({ secret, native, delegated, eth }, index) => ({
    index,
    privateKey: hex(secret),
    native: formatAddress(native, params.letter),
    delegated: formatAddress(delegated, params.letter),
    eth: checksumEthAddress(eth) as Hex,
    balance: balanceOf(node.state, native),
  }))
}

export function providerInfos({ providers, params }: Devnet): ProviderInfo[] {
  return providers.map(({ id, owner, worker, ownerSecret, workerSecret, rawBytePower }) => ({
    id,
    address: `${params.letter}0${id}`,
    owner: formatAddress(owner, params.letter),
    worker: formatAddress(worker, params.letter),
    ownerKey: hex(ownerSecret),
    workerKey: hex(workerSecret),
    rawBytePower,
  }))
}

function balanceOf(state: StateTree, address: Address): TokenAmount {
  const id = state.resolve(address)
  return (id === undefined ? undefined : state.get(id))?.balance ?? 0n
}

const hex = (bytes: Uint8Array): Hex => `0x${toHex(bytes)}`
