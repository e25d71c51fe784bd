/** Sending messages on a devnet that must go well, and bringing deals and datacap to where sectors can take them. */
import { DatacapMethod, TransferParams, TransferReturn } from '../../actors/datacap/params.ts'
import { ClientDealProposal, DealProposal } from '../../actors/market/deal.ts'
import {
  MarketMethod,
  PublishStorageDealsParams,
  PublishStorageDealsReturn,
} from '../../actors/market/params.ts'
import { Payload } from '../../actors/payload.ts'
import { DATACAP_ACTOR, MARKET_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import {
  AllocationRequests,
  AllocationsResponse,
  VerifierParams,
  VerifregMethod,
} from '../../actors/verifreg/params.ts'
import type { Devnet, DevnetProvider } from '../../engine/devnet.ts'
import { unsigned } from '../../engine/chain/unsigned.ts'
import { idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import type { Cid } from '../../primitives/cid.ts'
import { address, decode, encode, uint64 } from '../../primitives/codec.ts'
import { signBytes } from '../../primitives/signing.ts'
import { type ActorId, actorId, fil } from '../../primitives/units.ts'
import type { Piece } from '../../proofs-mock/piece.ts'
import type { PieceOrder } from '../../scenarios/agents/provider.ts'
import { type Request, send, type Signer } from '../../scenarios/agents/outbox.ts'

/** Sends a message and has it executed. @returns what the method returned. @throws where it failed. */
export function sendOk(devnet: Devnet, signer: Signer, request: Request): Uint8Array {
  const result = send(devnet, signer, devnet.node.head.height + 1, request)
  if ('refusal' in result) throw new Error(`${request.method}: ${result.refusal.why}`)
  return returnOf(devnet, result.cid)
}

/** What a message returned. @throws where it failed, or was not executed. */
export function returnOf(devnet: Devnet, cid: Cid): Uint8Array {
  const { tipset, index } = defined(devnet.node.store.locate(cid), 'a message on the chain')
  const { exitCode, returnValue } = devnet.node.store.execution(tipset).receipts[index]!
  if (exitCode !== 0) throw new Error(`the message exits ${exitCode}`)
  return returnValue
}

export const accountSigner = (devnet: Devnet, index: number): Signer => {
  const { native, secret } = defined(devnet.accounts[index], `account ${index}`)
  return { address: native, secret }
}

export const idOf = (devnet: Devnet, { address: key }: Signer): ActorId =>
  defined(devnet.node.state.resolve(key), `${key}`)

export const workerOf = ({ worker, workerSecret }: DevnetProvider): Signer => ({
  address: worker,
  secret: workerSecret,
})

/** Sends for an actor whose key nobody has. */
function sendAs(devnet: Devnet, from: ActorId, { to, method, params }: Request): void {
  const sender = idAddress(from)
  const message = {
    ...{ version: 0n, from: sender, to: idAddress(to), value: 0n, method: BigInt(method) },
    ...{ nonce: devnet.node.nextNonce(sender, true), params: params ?? new Uint8Array() },
    ...{ gasLimit: 1_000_000_000n, gasFeeCap: 1_000_000_000n, gasPremium: 1n },
  }
  returnOf(devnet, devnet.push(unsigned(message), true))
}

const VERIFREG_ROOT = actorId(80)

/** Gives `client` datacap, by way of `verifier`. */
export function giveDatacap(devnet: Devnet, verifier: Signer, client: Signer, bytes: bigint): void {
  sendOk(devnet, verifier, { to: VERIFREG_ROOT, method: 0, value: fil('10') })
  const grant = (to: Signer) =>
    encode(VerifierParams, { address: idAddress(idOf(devnet, to)), allowance: bytes })
  const { AddVerifier, AddVerifiedClient } = VerifregMethod
  const byRoot = { to: VERIFREG_ACTOR, method: AddVerifier, params: grant(verifier) }
  sendAs(devnet, VERIFREG_ROOT, byRoot)
  sendOk(devnet, verifier, { to: VERIFREG_ACTOR, method: AddVerifiedClient, params: grant(client) })
}

/** Spends a client's datacap on a piece with a provider. @returns the piece with its allocation. */
export function allocate(
  devnet: Devnet,
  client: Signer,
  provider: ActorId,
  piece: Piece,
): PieceOrder {
  const { minimumVerifiedAllocationTerm, maximumVerifiedAllocationTerm } = devnet.params.policy
  const request = {
    ...{ provider: BigInt(provider), data: piece.cid, size: piece.size },
    ...{ termMin: minimumVerifiedAllocationTerm, termMax: maximumVerifiedAllocationTerm },
    expiration: devnet.node.head.height + 20_000,
  }
  const params = encode(TransferParams, {
    to: idAddress(VERIFREG_ACTOR),
    amount: piece.size * 10n ** 18n,
    operatorData: Payload.of(AllocationRequests, { allocations: [request], extensions: [] }),
  })
  const method = DatacapMethod.TransferExported
  const returned = sendOk(devnet, client, { to: DATACAP_ACTOR, method, params })
  const { newAllocations } = decode(TransferReturn, returned).recipientData.as(AllocationsResponse)
  const id = defined(newAllocations[0], 'an allocation')
  return { piece, verifiedAllocationKey: { client: BigInt(idOf(devnet, client)), id } }
}

/** Publishes a deal on the market. @returns the piece, with word for the market when it is in a sector. */
export function publishDeal(
  devnet: Devnet,
  client: Signer,
  provider: DevnetProvider,
  piece: Piece,
  verifiedDeal = false,
): PieceOrder & { readonly dealId: bigint } {
  const worker = workerOf(provider)
  const escrow = (of: ActorId) => encode(address, idAddress(of))
  const add = { to: MARKET_ACTOR, method: MarketMethod.AddBalance, value: fil('50') }
  sendOk(devnet, client, { ...add, params: escrow(idOf(devnet, client)) })
  sendOk(devnet, worker, { ...add, params: escrow(provider.id) })
  const start = BigInt(devnet.node.head.height) + 5000n
  const proposal: DealProposal = {
    ...{ pieceCid: piece.cid, pieceSize: piece.size, verifiedDeal, label: 'a deal' },
    ...{ client: client.address, provider: idAddress(provider.id) },
    ...{ startEpoch: start, endEpoch: start + 520_000n, storagePricePerEpoch: 1000n },
    ...{ providerCollateral: fil('10'), clientCollateral: fil('1') },
  }
  const clientSignature = signBytes('secp256k1', client.secret, encode(DealProposal, proposal))
  const deals: ClientDealProposal[] = [{ proposal, clientSignature }]
  const params = encode(PublishStorageDealsParams, { deals })
  const method = MarketMethod.PublishStorageDeals
  const returned = sendOk(devnet, worker, { to: MARKET_ACTOR, method, params })
  const dealId = BigInt(defined(decode(PublishStorageDealsReturn, returned).ids[0], 'a deal'))
  const notify = [{ address: idAddress(MARKET_ACTOR), payload: encode(uint64, dealId) }]
  return { piece, notify, dealId }
}
