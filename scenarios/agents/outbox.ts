/** Messages that agents send: gas as they turn out to need it, signed, and put into the pool. */
import { ExitCode } from '../../actors/exit-codes.ts'
import { BLOCK_GAS_LIMIT } from '../../engine/chain/base-fee.ts'
import type { Message } from '../../engine/chain/message.ts'
import { signMessage } from '../../engine/chain/message-signature.ts'
import type { Signer } from '../../engine/agent.ts'
import type { Devnet } from '../../engine/devnet.ts'
import { InvalidMessage } from '../../engine/mempool/invalid-message.ts'
import { idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'

export type { Signer }

export interface Request {
  readonly to: ActorId
  readonly method: number
  readonly params?: Uint8Array
  readonly value?: TokenAmount
}

/** Why nothing was sent: what the message would have exited with, or what the pool said. */
export interface Refusal {
  readonly exitCode: number | undefined
  readonly why: string
}

export type SendResult = { readonly cid: Cid } | { readonly refusal: Refusal }

/** Sends a message for the tipset at `epoch`, unless it would fail there. */
export function send(
  devnet: Devnet,
  signer: Signer,
  epoch: ChainEpoch,
  { to, method, params = NO_PARAMS, value = 0n }: Request,
): SendResult {
  const { node, params: network } = devnet
  const from = signer.address
  const prior = node.pool.pending().filter(({ message }) => message.from.equals(from))
  const base: Message = {
    ...{ version: 0n, from, to: idAddress(to), nonce: 0n, value, method: BigInt(method), params },
    ...{ gasLimit: 0n, gasFeeCap: 0n, gasPremium: 0n },
  }
  const { exitCode, gasUsed, call } = node.call(base, { epoch, prior, traced: true })
  if (exitCode !== ExitCode.Ok)
    return {
      refusal: { exitCode, why: call?.error ?? `method ${method} of f0${to} exits ${exitCode}` },
    }
  const message = {
    ...base,
    nonce: node.nextNonce(from),
    gasLimit: BigInt(Math.min(BLOCK_GAS_LIMIT, Math.ceil(gasUsed * 1.25))),
    gasFeeCap: node.baseFeeAfter(node.head) * FEE_CAP_FACTOR + PREMIUM,
    gasPremium: PREMIUM,
  }
  try {
    return { cid: devnet.push(signMessage(message, signer.secret, network.chainId), true) }
  } catch (error) {
    if (error instanceof InvalidMessage)
      return { refusal: { exitCode: undefined, why: error.message } }
    throw error
  }
}

const NO_PARAMS = new Uint8Array()
const PREMIUM: TokenAmount = 100_000n
/** The base fee grows by an eighth a tipset: this lasts through nine full ones. */
const FEE_CAP_FACTOR = 3n
