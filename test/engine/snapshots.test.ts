// Goal: going back is as if what came after had never been. Method: the chain after a revert against one that never went on, with
// snapshots nested, state written by hand in between, messages that wait, and an agent that remembers.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Agent } from '../../engine/agent.ts'
import { Devnet, type DevnetOptions } from '../../engine/devnet.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { fil } from '../../primitives/units.ts'
import { rpcDevnet, signedOf } from '../support/rpc.ts'

test.before(() => initCrypto())

const devnet = (options: DevnetOptions = {}): Devnet =>
  new Devnet({ seed: 'snapshots', crypto: 'modelled', ...options })

const head = ({ node }: Devnet): string => String(node.head.cids[0])
const send = (net: Devnet, value = 1n) =>
  net.push(signedOf(net, { value, nonce: net.node.nextNonce(net.accounts[0]!.native) }))

for (const roots of ['every-tipset', 'deferred'] as const)
  test(`the chain goes on after a revert as it went on before it, roots ${roots}`, () => {
    const net = devnet({ roots, sps: 2 })
    const goOn = () => {
      send(net)
      net.increaseTime(9000)
      net.mine(3)
      return head(net)
    }
    net.mine(4)
    send(net, 5n)
    const before = head(net)
    const id = net.snapshots.take()
    const went = goOn()
    const left = net.node.head
    assert.ok(net.snapshots.revert(id))
    assert.is(head(net), before)
    assert.is(net.node.store.tipset(left.cids), undefined, 'tipsets that were left are kept')
    assert.is(net.node.store.at(left.height), undefined)
    assert.is(goOn(), went)
  })

test('a snapshot is used once, and takes later ones with it', () => {
  const net = devnet()
  const [first, second] = [net.snapshots.take(), net.snapshots.take()]
  assert.is(net.snapshots.revert(99), false)
  assert.ok(net.snapshots.revert(first))
  assert.is(net.snapshots.revert(first), false)
  assert.is(net.snapshots.revert(second), false)
  assert.ok(net.snapshots.take() > second, 'ids are not given twice')
})

test('waiting messages, the jump to come and what was written to the state come back', () => {
  const net = devnet()
  net.automine = false
  net.mine()
  send(net)
  net.increaseTime(600)
  const [, other] = net.accounts
  const balance = () => net.node.state.get(net.node.state.resolve(other!.native)!)!.balance
  const give = (amount: bigint) =>
    net.node.edit((tree) => tree.deposit(tree.resolve(other!.native)!, amount))
  give(fil('1'))
  const had = balance()
  const root = net.node.store.execution(net.node.head).stateRoot
  const id = net.snapshots.take()
  give(fil('2'))
  send(net)
  net.mine(2)
  assert.ok(net.snapshots.revert(id))
  assert.is(balance(), had)
  assert.ok(net.node.store.execution(net.node.head).stateRoot.equals(root))
  assert.is(net.node.pool.size, 1)
  const { height } = net.node.head
  assert.ok(net.mine().height > height + 20)
})

test('what is written to the state is in the next header, and undone where writing fails', () => {
  const net = devnet()
  net.mine()
  const id = net.node.state.resolve(net.accounts[0]!.native)!
  net.node.edit((tree) => tree.deposit(id, 7n))
  const { stateRoot } = net.node.store.execution(net.node.head)
  assert.throws(() =>
    net.node.edit((tree) => {
      tree.deposit(id, 7n)
      throw new Error('no')
    }),
  )
  assert.ok(net.node.state.root().equals(stateRoot))
  assert.ok(net.mine().blocks[0]!.parentStateRoot.equals(stateRoot))
})

test('agents forget what they learned', () => {
  const net = devnet()
  let known = 0
  const agent: Agent = {
    nextEpoch: () => undefined,
    act: () => known++,
    save: () => {
      const then = known
      return () => (known = then)
    },
  }
  net.agents.push(agent)
  net.mine(2)
  const id = net.snapshots.take()
  net.mine(3)
  net.snapshots.revert(id)
  assert.is(known, 2)
})

test('a tipset that is not kept any more cannot be gone back to', () => {
  const net = devnet({ keep: 2000, roots: 'deferred' })
  net.mine()
  const id = net.snapshots.take()
  net.passTo(1500)
  net.passTo(4100)
  assert.throws(
    () => net.snapshots.revert(id),
    (error: unknown) => error instanceof InvalidInput && /snapshot 1/.test(error.message),
  )
})

test('clients see nothing of what was undone', async () => {
  const { devnet: net, ask, refusal } = await rpcDevnet()
  const id = await ask<string>('evm_snapshot')
  assert.is(id, '0x1')
  const cid = send(net)
  const { hash } = await ask<{ hash: string }>('eth_getBlockByNumber', 'latest', false)
  const transaction = await ask<string>('Filecoin.EthGetTransactionHashByCid', cid.toJSON())
  assert.ok(await ask('eth_getTransactionReceipt', transaction))
  assert.is(await ask('evm_revert', id), true)
  assert.is(await ask('eth_blockNumber'), '0x0')
  assert.match((await refusal('eth_getBlockByHash', hash, false)).message, /failed to find tipset/)
  assert.is(await ask('eth_getTransactionReceipt', transaction), null)
  assert.is(await ask('evm_revert', id), false)
  assert.match((await refusal('evm_revert', 'x')).message, /evm_revert param 0/)
})

test.run()
