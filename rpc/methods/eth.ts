/** The chain and its accounts, as Ethereum clients read them. Reference: Lotus `node/impl/eth/{basic,lookup,filecoin}.go`. */
import type { EvmState } from '../../actors/evm/state.ts'
import { hexData, quantity } from '../../engine/chain/eth-json.ts'
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import {
  type EthAddress,
  ethAddressOf,
  filecoinAddressOf,
  formatEthAddress,
} from '../../primitives/eth-address.ts'
import { u256Bytes, u256FromBytes } from '../../primitives/u256.ts'
import { inField } from '../../primitives/invalid-input.ts'
import { findActor, resolveIn, shownAddress, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, ethAddress, optional, storageKey } from '../decoders.ts'
import { invalidParams, RPC_CODE, RpcError } from '../errors.ts'
import { block, blockNumber, type BlockParam } from '../eth-params.ts'
import { method } from '../method.ts'
import { tipsetOfBlock } from '../tipsets.ts'

const LATEST: BlockParam = { tag: 'latest' }
const FINALIZED: BlockParam = { tag: 'finalized' }

export const ethMethods = [
  method('eth_accounts', [], ({ devnet, strict }) =>
    strict ? [] : devnet.accounts.map(({ eth }) => formatEthAddress(eth)),
  ),
  method('eth_syncing', [], () => false),
  method('eth_chainId', [], ({ node }) => quantity(node.params.chainId)),
  method('eth_protocolVersion', [], ({ node }) => quantity(node.params.networkVersion)),
  method('eth_blockNumber', [], ({ node }) => quantity(node.head.height)),
  method<[EthAddress, BlockParam]>(
    'eth_getBalance',
    [ethAddress, optional(block, LATEST)],
    (context, owner, at) => quantity(accountAt(context, owner, at)?.balance ?? 0n),
  ),
  method<[EthAddress, BlockParam]>(
    'eth_getTransactionCount',
    [ethAddress, optional(block, LATEST)],
    (context, sender, at) => quantity(nonceAt(context, sender, at)),
  ),
  method<[EthAddress, BlockParam]>(
    'eth_getCode',
    [ethAddress, optional(block, LATEST)],
    (context, owner, at) =>
      hexData(contractAt(context, owner, at)?.bytecode.code ?? new Uint8Array()),
  ),
  method<[EthAddress, Uint8Array, BlockParam]>(
    'eth_getStorageAt',
    [ethAddress, storageKey, optional(block, LATEST)],
    (context, owner, key, at) => {
      const stored = contractAt(context, owner, at)?.contractState.get(u256FromBytes(key))
      return hexData(u256Bytes(stored ?? 0n))
    },
  ),
]

/** Addresses of one network in the form of the other. Lotus has them under these names only. */
export const addressMethods = [
  method<[EthAddress]>('Filecoin.EthAddressToFilecoinAddress', [ethAddress], (context, owner) =>
    shownAddress(context, filecoinAddressOf(owner)),
  ),
  method<[Address, BlockParam]>(
    'Filecoin.FilecoinAddressToEthAddress',
    [address, optional(blockNumber, FINALIZED)],
    (context, owner, at) => formatEthAddress(ethAddressAt(context, owner, at)),
  ),
]

function accountAt(context: RpcContext, owner: EthAddress, at: BlockParam) {
  return findActor(stateAfter(context, tipsetOfBlock(context, at)), filecoinAddressOf(owner))
}

/** State of a contract; undefined where there is none, or it is destroyed. */
function contractAt(context: RpcContext, owner: EthAddress, at: BlockParam): EvmState | undefined {
  const actor = accountAt(context, owner, at)
  if (actor?.type !== 'evm') return undefined
  const state = actor.state.get() as EvmState
  return state.tombstone ? undefined : state
}

/** Messages an account has sent, waiting ones counted for `pending`; contracts a contract has made. */
function nonceAt(context: RpcContext, sender: EthAddress, at: BlockParam): bigint {
  const actor = accountAt(context, sender, at)
  if ('tag' in at && at.tag === 'pending') {
    const owner = filecoinAddressOf(sender)
    if (actor) return context.node.nextNonce(owner)
    const why = `failed to get nonce from mpool: actor not found: ${shownAddress(context, owner)}`
    throw new RpcError(RPC_CODE.actorNotFound, why)
  }
  if (actor?.type !== 'evm') return actor?.sequence ?? 0n
  return contractAt(context, sender, at)?.nonce ?? 0n
}

/** f0 and f410 say it themselves; of any other address the actor's number is looked up. @throws RpcError */
function ethAddressAt(context: RpcContext, owner: Address, at: BlockParam): EthAddress {
  const own = inField('address', () => ethAddressOf(owner))
  if (own) return own
  const shown = shownAddress(context, owner)
  if (owner.protocol === PROTOCOL.delegated)
    throw invalidParams(`${shown} is not an address of the Ethereum address manager`)
  const id = resolveIn(stateAfter(context, tipsetOfBlock(context, at)), owner)
  if (id === undefined)
    throw new RpcError(
      RPC_CODE.actorNotFound,
      `failed to lookup ID address for given Filecoin address ${shown}: actor not found in the state asked for`,
    )
  return defined(ethAddressOf(owner, id), 'masked id')
}
