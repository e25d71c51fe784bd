// Goal: a node that gets proofs from outside and has them checked on threads makes the same chain as one that checks them itself,
// on any number of threads, also when a proof is bad. Method: a provider lives on one devnet; another devnet without a provider is
// given its messages, tipset by tipset.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SignedMessage } from '../../engine/chain/message.ts'
import { checkProofsAhead } from '../../engine/consensus/consensus-pool.ts'
import { Devnet } from '../../engine/devnet.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { WorkerPool } from '../../primitives/worker-pool.ts'
import { worldOf } from '../support/provider-world.ts'

await initCrypto()

const { devnet: origin, provider } = worldOf('2k', 1)
for (let i = 0; i < 3; i++) provider.seal()

/** What the provider sends before each tipset, and the tipset's height, until the sectors are proven. */
let sent: SignedMessage[] = []
const { push } = origin
origin.push = (signed, ...rest) => {
  sent.push(signed)
  return push.call(origin, signed, ...rest)
}
const days = Array.from({ length: 400 }, () => {
  sent = []
  const { height } = origin.mine()
  return { height, messages: sent }
})
const head = origin.node.head.cids.join()

/** The same network with nobody at work in it. */
function follower(): Devnet {
  const options = { preset: '2k', sectors: 1, power: [2048n], crypto: 'modelled', accounts: 4 }
  const devnet = new Devnet(options as ConstructorParameters<typeof Devnet>[0])
  devnet.automine = false
  devnet.storage.set(provider.miner, (number) => provider.sectors.get(number)?.replica)
  return devnet
}

/** How many proofs were checked ahead, and how many signatures were found good. */
async function follow(
  devnet: Devnet,
  pool: WorkerPool,
  change: (signed: SignedMessage) => SignedMessage = (signed) => signed,
): Promise<{ checked: number; good: number }> {
  const { verifier } = devnet.node.election.proofs!
  const { provide } = verifier
  let [checked, good] = [0, 0]
  verifier.provide = (jobs) => {
    good += jobs.length
    provide(jobs)
  }
  for (const { height, messages } of days) {
    // Who blocks are signed by is modelled, so senders' keys are none, and their signatures are taken as checked.
    for (const signed of messages) devnet.push(change(signed), true)
    checked += await checkProofsAhead(devnet.node, pool)
    devnet.node.mineAt(height)
  }
  return { checked, good }
}

test('the provider proved something', () => {
  assert.equal([provider.orders, provider.problems], [[], []])
})

for (const threads of [0, 1, 2, 8])
  test(`proofs checked ahead on ${threads} threads: the same chain`, async () => {
    const pool = new WorkerPool(threads)
    const devnet = follower()
    const { checked, good } = await follow(devnet, pool)
    assert.is(devnet.node.head.cids.join(), head)
    assert.ok(checked >= 3, `${checked} proofs`)
    assert.is(good, checked)
    await pool.close()
  })

const PROVE_COMMIT_SECTORS3 = 34n

/** Flips a bit in the middle of what a message proves. Keys stand for themselves where blocks are modelled: nobody asks. */
function bent(signed: SignedMessage): SignedMessage {
  const { message } = signed
  if (message.method !== PROVE_COMMIT_SECTORS3) return signed
  const params = message.params.slice()
  params[Math.floor(params.length / 2)]! ^= 1
  return { ...signed, message: { ...message, params } }
}

test('a bad proof fails in the message, with threads as without', async () => {
  const heads: string[] = []
  for (const threads of [0, 2]) {
    const pool = new WorkerPool(threads)
    const devnet = follower()
    const { checked, good } = await follow(devnet, pool, bent)
    assert.ok(good < checked, `${good} of ${checked} are good`)
    heads.push(devnet.node.head.cids.join())
    await pool.close()
  }
  const plain = follower()
  for (const { height, messages } of days) {
    for (const signed of messages) plain.push(bent(signed), true)
    plain.node.mineAt(height)
  }
  assert.equal(heads, [plain.node.head.cids.join(), plain.node.head.cids.join()])
  assert.is.not(heads[0], head)
})

test.run()
