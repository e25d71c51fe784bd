// Goal: whoever reads the chain block by block, as indexers do, finds all of it. Method: from headers every link is followed through
// `ChainReadObj`; blocks must hash to their CIDs, and the state that can be opened from them alone must be the node's.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { blockHeaderCodec } from '../../engine/chain/block.ts'
import { signedMessageCid } from '../../engine/chain/message.ts'
import { rootOf } from '../../engine/vm/state-tree.ts'
import { openState } from '../../engine/vm/stored-state.ts'
import { decodeBase64 } from '../../primitives/base64.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { Cid, CODEC, cidOf } from '../../primitives/cid.ts'
import { decode } from '../../primitives/codec.ts'
import { ledgerDevnet } from '../support/drive.ts'
import { big, int, rpcDevnet, signedOf } from '../support/rpc.ts'

/** CIDs of 32-byte blake2b hashes in a block: tag 42 over bytes that begin with zero, a codec of either kind. */
function linksOf(block: Uint8Array): Cid[] {
  const found: Cid[] = []
  for (let i = 0; i + 43 <= block.length; i++) {
    const isLink = block[i] === 0xd8 && block[i + 1] === 0x2a && block[i + 2] === 0x58
    if (isLink && block[i + 3] === 39 && block[i + 4] === 0)
      found.push(new Cid(block.slice(i + 5, i + 43)))
  }
  return found
}

const isData = (cid: Cid): boolean => cid.codec === CODEC.dagCbor || cid.codec === CODEC.raw

type Ask = Awaited<ReturnType<typeof rpcDevnet>>['ask']

/** Everything below a block. */
async function walk(ask: Ask, from: Cid, into: Blockstore): Promise<Set<string>> {
  const missing = new Set<string>()
  const left = [from]
  for (let cid = left.pop(); cid; cid = left.pop()) {
    if (into.has(cid) || !isData(cid)) continue
    if (!(await ask<boolean>('Filecoin.ChainHasObj', cid.toJSON()))) {
      missing.add(cid.toString())
      continue
    }
    const block = decodeBase64(await ask<string>('Filecoin.ChainReadObj', cid.toJSON()))
    assert.ok(cidOf(block, cid.codec).equals(cid), `hash of ${cid}`)
    into.put(cid, block)
    left.push(...linksOf(block))
  }
  return missing
}

for (const roots of ['every-tipset', 'deferred'] as const)
  test(`${roots}: a header leads to everything below it`, async () => {
    const { ask, call, devnet } = await ledgerDevnet({ roots })
    await call('move', [7n, 'x'])
    devnet.push(signedOf(devnet))
    const held = devnet.node.store.execution(devnet.node.head)
    devnet.mine()
    const store = new Blockstore()
    const [head] = devnet.node.head.cids
    const missing = await walk(ask, head!, store)
    const header = decode(blockHeaderCodec, store.get(head!))
    assert.is(header.height, devnet.node.head.height)
    for (const { message } of held.outcomes) assert.ok(store.has(signedMessageCid(message)))
    const { manifest } = devnet.node
    const root = rootOf(manifest, held.state)
    assert.is(header.parentStateRoot.equals(root), roots === 'every-tipset')
    for (const cid of await walk(ask, root, store)) missing.add(cid)
    // Bytecode of native actors is no part of a network in one process, nor is the list of it.
    const codes = [...held.state.values()].map(({ type }) => String(manifest.codeOf(type)))
    assert.equal([...missing].sort(), [...new Set([...codes, String(manifest.dataCid)])].sort())
    const opened = openState(root, store)
    assert.is([...opened.actors.keys()].length, [...held.state.keys()].length)
    const written = new Blockstore()
    assert.ok(rootOf(manifest, opened.actors, written).equals(root))
    for (const { cid } of written.entries()) assert.ok(store.has(cid))
  })

test('what a cheat writes is found too, and what there is not is refused', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  devnet.mine()
  const who = String(devnet.accounts[0]!.delegated)
  await ask('Filecoin.ChainHasObj', devnet.node.head.cids[0]!.toJSON())
  await ask('pithead_createMiner', {})
  const head = (await ask('Filecoin.StateGetActor', 'f04', null))['Head']
  assert.is(await ask('Filecoin.ChainHasObj', head), true)
  const nothing = cidOf(new Uint8Array([0x80, 0x81])).toJSON()
  assert.is(await ask('Filecoin.ChainHasObj', nothing), false)
  const { code, message } = await refusal('Filecoin.ChainReadObj', nothing)
  assert.is(code, 1)
  assert.match(message, /^blockstore get: ipld: could not find bafy/)
  assert.match(
    (await refusal('Filecoin.ChainReadObj', who)).message,
    /param 0: expected \{"\/": "<CID>"\}/,
  )
})

test('two states differ in the actors that were written to', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  devnet.mine()
  const rootAfter = async () => {
    devnet.mine()
    const { head } = devnet.node
    return (await ask('Filecoin.ChainGetBlock', head.cids[0]!.toJSON()))['ParentStateRoot']
  }
  const before = await rootAfter()
  devnet.push(signedOf(devnet))
  const after = await rootAfter()
  const changed = await ask('Filecoin.StateChangedActors', before, after)
  const [from, to] = devnet.accounts.map(({ native }) => `f0${devnet.node.state.resolve(native)!}`)
  const miner = `f0${devnet.providers[0]!.id}`
  for (const who of [from!, to!, miner, 'f02', 'f04']) {
    assert.ok(changed[who], who)
    const key = devnet.node.store.parent(devnet.node.head)!.cids.map((cid) => cid.toJSON())
    assert.equal(changed[who], await ask('Filecoin.StateGetActor', who, key))
  }
  assert.is(int(changed[from!]!['Nonce']), 1)
  assert.ok(big(changed[to!]!['Balance']) > 0n)
  assert.not(changed['f06'])
  assert.equal(await ask('Filecoin.StateChangedActors', after, after), {})
  const [block] = devnet.node.head.cids
  assert.match(
    (await refusal('Filecoin.StateChangedActors', before, block!.toJSON())).message,
    /^failed to load new state tree: ipld: could not find/,
  )
})

test.run()
