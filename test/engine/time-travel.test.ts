// Goal: time that is jumped over is lived through. Method: jumps against mining epoch by epoch, with agents that must not be missed.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RewardState } from '../../actors/reward/state.ts'
import { REWARD_ACTOR } from '../../actors/singletons.ts'
import type { Agent } from '../../engine/agent.ts'
import { Devnet, type DevnetOptions } from '../../engine/devnet.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { totalFil } from '../../scenarios/checkers.ts'
import { signedOf } from '../support/rpc.ts'

test.before(() => initCrypto())

const devnet = (options: DevnetOptions = {}): Devnet =>
  new Devnet({ seed: 'time', crypto: 'modelled', ...options })

const minted = ({ node }: Devnet): number =>
  Number((node.state.get(REWARD_ACTOR)!.state.get() as RewardState).totalStoragePowerReward)

/** Sends a transfer every `period` epochs, and says when it was called. */
function sender(period: number): Agent & { acted: ChainEpoch[]; sent: [ChainEpoch, Cid][] } {
  const acted: ChainEpoch[] = []
  const sent: [ChainEpoch, Cid][] = []
  return {
    acted,
    sent,
    nextEpoch: (from) => Math.ceil(from / period) * period,
    act(net, epoch) {
      acted.push(epoch)
      if (epoch % period !== 0) return
      const nonce = net.node.nextNonce(net.accounts[0]!.native)
      sent.push([epoch, net.push(signedOf(net, { nonce }))])
    },
  }
}

test('providers earn over a jump what they earn by mining', () => {
  for (const sps of [1, 5]) {
    const [mined, jumped] = [devnet({ sps, roots: 'deferred' }), devnet({ sps })]
    const supply = totalFil(jumped.node.state)
    for (let epoch = 1; epoch <= 1500; epoch++) mined.node.mineAt(epoch)
    jumped.passTo(1500)
    const ratio = minted(jumped) / minted(mined)
    assert.ok(ratio > 0.95 && ratio < 1.05, `${sps} providers earn ${ratio} of it`)
    assert.is(totalFil(jumped.node.state), supply)
  }
})

test('short jumps pay what a long one pays: nothing that was won is left unpaid', () => {
  const short = devnet()
  for (let epoch = 35; epoch <= 1400; epoch += 35) short.passTo(epoch)
  const ratio = minted(short) / minted(withJump(1399))
  assert.ok(ratio > 0.9 && ratio < 1.1, `short jumps earn ${ratio} of it`)
})

test('null rounds of lost elections pay nothing', () => {
  const net = devnet()
  net.node.mine(100)
  assert.ok(minted(net) / minted(withJump(100)) < 0.1)
})

function withJump(epochs: number): Devnet {
  const net = devnet()
  net.passTo(epochs + 1)
  return net
}

test('a jump makes tipsets where an agent is due, and no others', () => {
  const net = devnet()
  const agent = sender(250)
  net.agents.push(agent)
  net.increaseTime(1000 * net.params.blockDelay)
  net.mine()
  const heights = [250, 500, 750, 1000, 1001]
  assert.equal(agent.acted, heights)
  for (const height of heights) assert.ok(net.node.store.at(height), `no tipset at ${height}`)
  assert.is(net.node.store.atOrBefore(749).height, 500)
  for (const [epoch, cid] of agent.sent)
    assert.is(net.node.store.locate(cid)?.tipset.height, epoch, `message of ${epoch}`)
})

test('agents act before every tipset that is asked for, and their messages make none by themselves', () => {
  const net = devnet()
  const agent = sender(1)
  net.agents.push(agent)
  net.mine(3)
  const cid = net.push(signedOf(net, { nonce: net.node.nextNonce(net.accounts[0]!.native) }))
  assert.is(agent.acted.length, 4)
  assert.ok(net.node.store.locate(cid))
  assert.is(net.node.pool.size, 0)
})

test('an agent that names an epoch of the past is due at once', () => {
  const net = devnet()
  net.mine(5)
  const acted: ChainEpoch[] = []
  net.agents.push({
    nextEpoch: () => (acted.length < 2 ? 1 : undefined),
    act: (_, epoch) => acted.push(epoch),
  })
  const { height } = net.node.head
  net.passTo(height + 50)
  assert.equal(acted, [height + 1, height + 2, height + 50])
})

test('the same jumps give the same chain', () => {
  const run = () => {
    const net = devnet({ sps: 3 })
    net.agents.push(sender(77))
    net.passTo(200)
    net.mine(2)
    net.increaseTime(3000)
    return String(net.mine().cids[0])
  }
  assert.is(run(), run())
})

test.run()
