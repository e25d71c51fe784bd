/** Money between users: transfers, multisigs and payment channels. */
import { ExecParams, ExecReturn, InitMethod } from '../../actors/init/params.ts'
import * as msig from '../../actors/multisig/params.ts'
import type { MultisigState } from '../../actors/multisig/state.ts'
import { proposalHash } from '../../actors/multisig/transactions.ts'
import {
  PaychConstructorParams,
  PaychMethod,
  type SignedVoucher,
  UpdateChannelStateParams,
} from '../../actors/paych/params.ts'
import type { PaychState } from '../../actors/paych/state.ts'
import { INIT_ACTOR } from '../../actors/singletons.ts'
import { blsAddress, delegatedAddress, idAddress } from '../../primitives/address.ts'
import { type Codec, encode } from '../../primitives/codec.ts'
import { type ActorId, fil } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { amountUpTo, between, mostly, proofBytes, some } from './chance.ts'
import type { World } from './world.ts'

export const walletActions: readonly Action[] = [
  { name: 'send', weight: 3, run: transfer },
  { name: 'new-multisig', weight: 1, run: newMultisig },
  { name: 'propose', weight: 5, run: propose },
  { name: 'approve', weight: 5, run: approve },
  { name: 'new-channel', weight: 1, run: newChannel },
  { name: 'voucher', weight: 3, run: redeem },
  { name: 'settle-channel', weight: 1, run: closeChannel },
]

const MOST_WALLETS = 6
const M = msig.MultisigMethod

function transfer(world: World): void {
  const { prng, users } = world
  const from = prng.pick(users)
  const value = amountUpTo(world, fil('3'))
  const to = mostly(
    world,
    idAddress(prng.pick([...users, ...world.miners()])),
    blsAddress(prng.bytes(48)),
    delegatedAddress(10, prng.bytes(20)),
    delegatedAddress(77, prng.bytes(20)),
    idAddress(999_999),
  )
  if (value >= 0n) world.send('send', from, to, 0, null, value)
}

function known(world: World, what: 'multisigs' | 'channels'): ActorId[] {
  const ids = (world.plans.get(what) as ActorId[] | undefined) ?? []
  return ids.filter((id) => world.tree.get(id) !== undefined)
}

/** Makes an actor through the init actor, and remembers it. */
function exec<P>(world: World, what: 'multisigs' | 'channels', codec: Codec<P>, params: P): void {
  const { prng, users, facts } = world
  if (known(world, what).length >= MOST_WALLETS) return
  const type = what === 'multisigs' ? 'multisig' : 'paymentchannel'
  const exec = { codeCid: facts.manifest.codeOf(type), constructorParams: encode(codec, params) }
  const value = amountUpTo(world, fil('9'))
  const from = prng.pick(users)
  if (value < 0n) return
  const made = world.send(
    `Exec ${type}`,
    from,
    INIT_ACTOR,
    InitMethod.Exec,
    [ExecParams, exec],
    value,
  )
  const id = made.exitCode === 0 ? made.ret!.as(ExecReturn).idAddress.id : undefined
  if (id !== undefined) world.plans.set(what, [...known(world, what), id])
}

function newMultisig(world: World): void {
  const { prng, users, epoch } = world
  const signers = some(prng, users, 4).map(idAddress)
  exec(world, 'multisigs', msig.MultisigConstructorParams, {
    signers: mostly(world, signers, [], [...signers, signers[0]!]),
    numApprovalsThreshold: BigInt(mostly(world, between(prng, 1, signers.length), 0, 9)),
    unlockDuration: BigInt(mostly(world, prng.pick([0, 0, 500]), -1)),
    startEpoch: BigInt(epoch + between(prng, -10, 10)),
  })
}

function propose(world: World): void {
  const { prng, users } = world
  const wallets = known(world, 'multisigs')
  if (wallets.length === 0) return
  const wallet = prng.pick(wallets)
  const { signers } = world.state<MultisigState>(wallet)
  const params = prng.chance(1, 2) ? ownAffair(world, wallet) : payment(world, wallet)
  const from = mostly(world, prng.pick(signers), prng.pick(users))
  if (users.includes(from))
    world.send('Propose', from, wallet, M.Propose, [msig.ProposeParams, params])
}

function payment(world: World, wallet: ActorId): msig.ProposeParams {
  const { prng, users } = world
  return {
    to: mostly(world, idAddress(prng.pick(users)), idAddress(99_999), idAddress(wallet)),
    value: amountUpTo(world, world.balance(wallet)),
    method: BigInt(mostly(world, 0, 1, 1 << 24, M.Receive)),
    params: mostly(world, new Uint8Array(), prng.bytes(5)),
  }
}

/** What a multisig does to itself. */
function ownAffair(world: World, wallet: ActorId): msig.ProposeParams {
  const { prng, users, epoch } = world
  const { signers } = world.state<MultisigState>(wallet)
  const [old, other] = [idAddress(prng.pick(signers)), idAddress(prng.pick(users))]
  const to = idAddress(wallet)
  const flag = prng.chance(1, 2)
  const call = <P>(method: number, codec: Codec<P>, params: P): msig.ProposeParams => ({
    to,
    value: 0n,
    method: BigInt(method),
    params: encode(codec, params),
  })
  const newThreshold = BigInt(mostly(world, between(prng, 1, signers.length), 0, 9))
  const lock = {
    startEpoch: BigInt(epoch),
    unlockDuration: mostly(world, 300n, 0n),
    amount: mostly(world, fil('1'), -1n),
  }
  return prng.pick([
    () => call(M.AddSigner, msig.AddSignerParams, { signer: other, increase: flag }),
    () => call(M.RemoveSigner, msig.RemoveSignerParams, { signer: old, decrease: flag }),
    () => call(M.SwapSigner, msig.SwapSignerParams, { from: old, to: other }),
    () =>
      call(M.ChangeNumApprovalsThreshold, msig.ChangeNumApprovalsThresholdParams, { newThreshold }),
    () => call(M.LockBalance, msig.LockBalanceParams, lock),
  ])()
}

function approve(world: World): void {
  const { prng, users } = world
  const waiting = known(world, 'multisigs').flatMap((wallet) => {
    const { pendingTxs } = world.state<MultisigState>(wallet)
    return Array.from(pendingTxs.entries(), ([id, transaction]) => ({ wallet, id, transaction }))
  })
  if (waiting.length === 0) return
  const { wallet, id, transaction } = prng.pick(waiting)
  const { signers } = world.state<MultisigState>(wallet)
  const cancels = prng.chance(1, 6)
  const from = mostly(world, prng.pick(cancels ? transaction.approved : signers), prng.pick(users))
  if (!users.includes(from)) return
  const hash = prng.pick([new Uint8Array(), proposalHash(transaction)])
  const params = {
    id: BigInt(mostly(world, id, id + 1, -1)),
    proposalHash: mostly(world, hash, prng.bytes(32)),
  }
  const [what, method] = cancels
    ? (['Cancel', M.Cancel] as const)
    : (['Approve', M.Approve] as const)
  world.send(what, from, wallet, method, [msig.TxnIdParams, params])
}

function newChannel(world: World): void {
  const { prng, users } = world
  const [from, to] = [idAddress(prng.pick(users)), idAddress(prng.pick(users))]
  exec(world, 'channels', PaychConstructorParams, {
    from,
    to: mostly(world, to, idAddress(99_999)),
  })
}

function redeem(world: World): void {
  const { prng, users, epoch } = world
  const channels = known(world, 'channels')
  if (channels.length === 0) return
  const channel = prng.pick(channels)
  const state = world.state<PaychState>(channel)
  const lane = BigInt(prng.below(4))
  const others = [...state.laneStates.entries()].filter(([other]) => other !== lane)
  const voucher: SignedVoucher = {
    channelAddr: idAddress(mostly(world, channel, prng.pick(users))),
    timeLockMin: mostly(world, 0n, BigInt(epoch + 1)),
    timeLockMax: mostly(world, 0n, BigInt(epoch), 1n),
    secretHash: new Uint8Array(),
    extra: null,
    lane: mostly(world, lane, 1n << 63n),
    nonce: (state.laneStates.get(lane)?.nonce ?? 0n) + mostly(world, 1n, 0n),
    amount: amountUpTo(world, world.balance(channel)),
    minSettleHeight: mostly(world, 0n, BigInt(epoch + 300)),
    merges: some(prng, others, 2).map(([other, { nonce }]) => ({
      lane: other,
      nonce: nonce + mostly(world, 1n, 0n),
    })),
    signature: mostly(world, Uint8Array.of(2, ...proofBytes(world, 96)), null),
  }
  const from = mostly(world, prng.pick([state.from, state.to]), prng.pick(users))
  const method = PaychMethod.UpdateChannelState
  const params = { voucher, secret: new Uint8Array() }
  world.send('UpdateChannelState', from, channel, method, [UpdateChannelStateParams, params])
}

function closeChannel(world: World): void {
  const { prng, users } = world
  const channels = known(world, 'channels')
  if (channels.length === 0) return
  const channel = prng.pick(channels)
  const state = world.state<PaychState>(channel)
  const from = mostly(world, prng.pick([state.from, state.to]), prng.pick(users))
  if (state.settlingAt === 0n) world.send('Settle', from, channel, PaychMethod.Settle)
  else world.send('Collect', from, channel, PaychMethod.Collect)
}
