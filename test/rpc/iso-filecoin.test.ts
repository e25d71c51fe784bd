// Goal: a Filecoin wallet library works as with Lotus. Method: iso-filecoin signs by itself, sends FIL from an f1 and an f3
// key over HTTP and waits for the receipts.
import { Message } from 'iso-filecoin/message'
import { RPC } from 'iso-filecoin/rpc'
import { accountFromPrivateKey, signMessage } from 'iso-filecoin/wallet'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createDevnet, type DevnetHandle, type RpcServer } from '../../cli/library.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { fil } from '../../primitives/units.ts'

interface Wallet {
  readonly type: 'SECP256K1' | 'BLS'
  readonly address: string
  readonly privateKey: Uint8Array
}

interface Lookup {
  readonly Receipt: { readonly ExitCode: number; readonly GasUsed: number }
  readonly Message: { readonly '/': string }
  readonly Height: number
}

/** The result, where there is one. */
function succeeded<T>({ result, error }: { result?: T | undefined; error?: unknown }): T {
  if (error !== undefined) throw error
  return result!
}

async function send(rpc: RPC, from: Wallet, to: string, value: bigint): Promise<Lookup> {
  const message = await new Message({ from: from.address, to, value: `${value}` }).prepare(rpc)
  const signature = signMessage(from.privateKey, from.type, message)
  const cid = succeeded(await rpc.pushMessage({ msg: message, signature }))
  return succeeded(await rpc.waitMsg({ cid })) as unknown as Lookup
}

async function withRpc(
  preset: 'mainnet' | '2k',
  body: (devnet: DevnetHandle, rpc: RPC, wallet: (type: Wallet['type']) => Wallet) => Promise<void>,
): Promise<void> {
  const devnet = await createDevnet({ preset })
  const server: RpcServer = await devnet.listen()
  const network = preset === 'mainnet' ? 'mainnet' : 'testnet'
  const secret = fromHex(devnet.accounts[0]!.privateKey)
  const blsSecret = new Uint8Array(32).fill(9)
  const wallet = (type: Wallet['type']): Wallet => {
    const privateKey = type === 'BLS' ? blsSecret : secret
    const { address } = accountFromPrivateKey(privateKey, type, network)
    return { type, privateKey, address: address.toString() }
  }
  try {
    await body(devnet, new RPC({ api: server.url, network }), wallet)
  } finally {
    await server.close()
  }
}

for (const preset of ['mainnet', '2k'] as const)
  test(`sends from f1 and from f3 on ${preset}`, async () => {
    await withRpc(preset, async (devnet, rpc, wallet) => {
      const [native, bls] = [wallet('SECP256K1'), wallet('BLS')]
      assert.is(native.address, devnet.accounts[0]!.native)
      const funded = await send(rpc, native, bls.address, fil('100'))
      assert.is(funded.Receipt.ExitCode, 0)
      assert.is(succeeded(await rpc.balance(bls.address)), fil('100').toString())
      const returned = await send(rpc, bls, devnet.accounts[1]!.native, fil('40'))
      assert.is(returned.Receipt.ExitCode, 0)
      assert.ok(returned.Receipt.GasUsed > 0)
      assert.is(succeeded(await rpc.balance(devnet.accounts[1]!.native)), fil('100040').toString())
      assert.is(succeeded(await rpc.nonce(bls.address)), 1)
      assert.is(
        succeeded(await rpc.stateAccountKey({ address: await idOf(rpc, bls) })),
        bls.address,
      )
    })
  })

const idOf = async (rpc: RPC, { address }: Wallet): Promise<string> =>
  succeeded(await rpc.getIDAddress({ address, safety: 'latest' }))

test('sends to an Ethereum address, and reads the network', async () => {
  await withRpc('mainnet', async (devnet, rpc, wallet) => {
    const { eth, delegated, native } = devnet.accounts[2]!
    const sent = await send(rpc, wallet('SECP256K1'), eth, fil('3'))
    assert.is(sent.Receipt.ExitCode, 0)
    assert.is(succeeded(await rpc.balance(delegated)), fil('100003').toString())
    assert.is(succeeded(await rpc.networkName()), 'pithead-mainnet')
    assert.match(succeeded(await rpc.version()).Version, /^pithead\//)
    const head = succeeded(await rpc.chainHead())
    assert.is(head.Height, devnet.node.head.height)
    const genesis = succeeded(await rpc.getTipSetByHeight({ height: 0 }))
    assert.is(genesis.Height, 0)
    const masked = succeeded(await rpc.filecoinAddressToEthAddress({ address: native }))
    assert.match(masked, /^0xff0{22}/)
  })
})

test('says why a message is refused', async () => {
  await withRpc('mainnet', async (devnet, rpc, wallet) => {
    const from = wallet('SECP256K1')
    const msg = new Message({
      from: from.address,
      to: devnet.accounts[1]!.native,
      value: '1',
      nonce: 7,
      gasLimit: 3_000_000,
      gasFeeCap: '1000000000',
      gasPremium: '100000',
    })
    const signature = signMessage(from.privateKey, from.type, msg)
    const gap = await rpc.pushMessage({ msg, signature })
    assert.match(String(gap.error), /nonce gap: expected 0, got 7/)
    const forged = await rpc.pushMessage({ msg: { ...msg, nonce: 0 }, signature })
    assert.match(String(forged.error), /invalid signature for f1/)
    const stranger = wallet('BLS').address
    assert.match(String((await rpc.nonce(stranger)).error), /actor not found: f3/)
    const estimate = await rpc.gasEstimate({
      msg: { from: stranger, to: from.address, value: '1' },
    })
    assert.match(String(estimate.error), /actor not found/)
  })
})

test.run()
