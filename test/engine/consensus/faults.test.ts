// Goal: only signed headers of one miner that contradict each other prove a fault, and a miner that is reported pays. Method: a
// table of headers made from a real block; then a report on the chain.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BURNT_FUNDS_ACTOR } from '../../../actors/singletons.ts'
import { MinerMethod, ReportConsensusFaultParams } from '../../../actors/miner/params.ts'
import type { MinerState } from '../../../actors/miner/state.ts'
import {
  type BlockHeader,
  blockHeaderCodec,
  headerCid,
  sealHeader,
} from '../../../engine/chain/block.ts'
import { verifyConsensusFault } from '../../../engine/consensus/faults.ts'
import { Devnet } from '../../../engine/devnet.ts'
import { signMessage } from '../../../engine/chain/message-signature.ts'
import type { Message } from '../../../engine/chain/message.ts'
import { idAddress } from '../../../primitives/address.ts'
import { cidOf } from '../../../primitives/cid.ts'
import { encode } from '../../../primitives/codec.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { fil } from '../../../primitives/units.ts'

await initCrypto()

const devnet = new Devnet({ crypto: 'modelled', sps: 2 })
devnet.mine(20)
const { node } = devnet
const [one, two] = devnet.providers as [(typeof devnet.providers)[0], (typeof devnet.providers)[0]]
const base = node.head

type Provider = typeof one
/** A header that differs from the head's block in some fields, signed by a provider's worker. */
function header(changed: Partial<BlockHeader>, by: Provider = one): BlockHeader {
  const block = { ...base.blocks[0]!, miner: idAddress(by.id), blockSig: null, ...changed }
  const sign = (bytes: Uint8Array) => node.crypto.sign(by.workerSecret, bytes)
  return sealHeader(block, (bytes) => ({ type: 'bls', data: sign(bytes) }))
}

const bytesOf = (block: BlockHeader): Uint8Array => encode(blockHeaderCodec, block)
const NONE = new Uint8Array()
const verdict = (a: Uint8Array, b: Uint8Array, extra: Uint8Array = NONE, epoch = base.height + 1) =>
  verifyConsensusFault({ election: node.election, base, epoch }, a, b, extra)

const { height } = base
const [stone, pebble] = [cidOf(Uint8Array.of(1)), cidOf(Uint8Array.of(2))]
const block = header({})
const twin = header({ timestamp: 1 })
const later = header({ height: height + 1 })
const unrelated = header({ height: height + 1, parents: [stone] })
const sibling = header({}, two)
const grinding = header({ height: height + 1, parents: [headerCid(sibling), pebble] })

test('blocks of one miner that contradict each other prove a fault', () => {
  const cases: [string, string | undefined, BlockHeader, BlockHeader, BlockHeader?][] = [
    ['two at one height', 'double-fork', block, twin],
    ['two on one parent', 'time-offset', block, later],
    [
      'in another order',
      'time-offset',
      header({ parents: [stone, pebble] }),
      header({ height: height + 1, parents: [pebble, stone] }),
    ],
    ['one that leaves out its own', 'parent-grinding', block, grinding, sibling],
    ['grinding without a witness', undefined, block, grinding],
    ['grinding with another witness', undefined, block, grinding, header({ timestamp: 9 }, two)],
    [
      'a witness of another height',
      undefined,
      block,
      header({ height: height + 2, parents: [headerCid(header({ height: height + 1 }, two))] }),
      header({ height: height + 1 }, two),
    ],
    [
      'one that was built on both',
      undefined,
      block,
      header({ height: height + 1, parents: [headerCid(sibling), headerCid(block)] }),
      sibling,
    ],
    ['one after the other', undefined, block, unrelated],
    ['the same block twice', undefined, block, block],
    ['the later one first', undefined, later, block],
    ['two miners', undefined, block, sibling],
    ['one that another signed', undefined, block, { ...twin, blockSig: sibling.blockSig }],
    ['one without a signature', undefined, { ...block, blockSig: null }, twin],
    [
      'a signature of another kind',
      undefined,
      block,
      { ...twin, blockSig: { type: 'secp256k1', data: new Uint8Array(65) } },
    ],
    [
      'a miner that is not there',
      undefined,
      header({ miner: idAddress(1) }),
      header({ miner: idAddress(1), timestamp: 3 }),
    ],
  ]
  for (const [what, type, a, b, extra] of cases) {
    const found = verdict(bytesOf(a), bytesOf(b), extra ? bytesOf(extra) : NONE)
    assert.is(found?.type, type, what)
    if (found) assert.equal([found.target, found.epoch], [one.id, b.height], what)
  }
})

test('what is no header proves nothing', () => {
  const [a, b] = [bytesOf(block), bytesOf(twin)]
  const garbage = [NONE, Uint8Array.of(0x90), a.subarray(1), a.subarray(0, a.length - 1)]
  for (const bytes of garbage) {
    assert.is(verdict(bytes, b), null)
    assert.is(verdict(a, bytes), null)
  }
  assert.is(verdict(a, b, Uint8Array.of(1)), null)
})

test('a fault from before the last finality is too old', () => {
  const finality = node.params.policy.chainFinality
  assert.ok(verdict(bytesOf(block), bytesOf(twin), NONE, height + finality))
  assert.is(verdict(bytesOf(block), bytesOf(twin), NONE, height + finality + 1), null)
})

test('a reported miner pays and is excluded, the reporter is paid, and the same fault counts once', () => {
  const stateOf = () => node.state.get(one.id)!.state.get() as MinerState
  const reporter = devnet.accounts[0]!
  const params = encode(ReportConsensusFaultParams, {
    header1: bytesOf(block),
    header2: bytesOf(twin),
    headerExtra: NONE,
  })
  const report = (nonce: bigint): number => {
    const message: Message = {
      ...{ version: 0n, from: reporter.native, to: idAddress(one.id), nonce, value: 0n },
      ...{ method: BigInt(MinerMethod.ReportConsensusFault), params },
      ...{ gasLimit: 1_000_000_000n, gasFeeCap: 1_000_000_000n, gasPremium: 1n },
    }
    devnet.push(signMessage(message, reporter.secret, node.params.chainId))
    return node.store.execution(node.head).receipts.at(-1)!.exitCode
  }
  const balances = () =>
    [BURNT_FUNDS_ACTOR, node.state.resolve(reporter.native)!].map(
      (id) => node.state.get(id)!.balance,
    )
  const before = balances()
  assert.is(report(0n), 0)
  const [burnt, earned] = balances().map((balance, i) => balance - before[i]!)
  assert.ok(burnt! > fil('30'), `${burnt}`)
  assert.ok(earned! > fil('1'), `${earned}`)
  const elapsed = stateOf().info.get().consensusFaultElapsed
  assert.is(elapsed, node.head.height + node.params.policy.consensusFaultIneligibilityDuration)
  assert.is(report(1n), 18)
  for (let i = 0; i < 20; i++)
    assert.ok(
      devnet.mine().blocks.every(({ miner }) => miner.id === two.id),
      'it mines on',
    )
})

test.run()
