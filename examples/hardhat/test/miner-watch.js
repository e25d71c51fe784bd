const { expect } = require('chai')
const { ethers, network } = require('hardhat')

const MINER = 1000n
const masked = (id) => ethers.getAddress(`0xff${id.toString(16).padStart(38, '0')}`)

describe('MinerWatch', () => {
  let watch
  let first

  // What tests do to the chain is undone.
  let snapshot
  beforeEach(async () => (snapshot = await network.provider.send('evm_snapshot')))
  afterEach(() => network.provider.send('evm_revert', [snapshot]))

  before(async () => {
    watch = await ethers.deployContract('MinerWatch')
    await watch.waitForDeployment()
    first = await ethers.provider.getBlockNumber()
  })

  it('asks a real miner actor who owns it', async () => {
    const owner = await watch.ownerOf.staticCall(MINER)
    const { Owner } = await network.provider.send('Filecoin.StateMinerInfo', ['f01000', null])
    // [owner, null] in CBOR: an f0 address has a zero before its number.
    expect(owner).to.match(/^0x824.00.*f6$/)
    expect(Owner).to.match(/^f0\d+$/)
  })

  it('sees what the miner earns as time passes', async () => {
    await (await watch.look(MINER)).wait()
    const before = await watch.seen(MINER)
    await network.provider.send('evm_increaseTime', [7 * 24 * 3600])
    await network.provider.send('evm_mine')
    const receipt = await (await watch.look(MINER)).wait()
    const [event] = receipt.logs.map((log) => watch.interface.parseLog(log))
    expect(event.name).to.equal('Seen')
    expect(event.args.balance > before).to.equal(true)
    expect(await watch.seen(MINER)).to.equal(event.args.balance)
    expect((await ethers.provider.getBalance(masked(MINER))) >= event.args.balance).to.equal(true)
  })

  it('is back where it was', async () => {
    expect(await watch.seen(MINER)).to.equal(0n)
    expect(await ethers.provider.getBlockNumber()).to.equal(first)
  })

  it('says by name why a call fails', async () => {
    const error = await watch.look.staticCall(4n).catch((thrown) => thrown)
    const { name, args } = watch.interface.parseError(error.data)
    expect(name).to.equal('ActorFailed')
    expect(args.toArray()).to.deep.equal([4n, 22n])
    expect(error.message).to.contain('ErrUnhandledMessage')
  })
})
