/**
 * A network for one developer: funded accounts and storage providers made from a seed, a node that mines on demand, and
 * a clock that can be moved. The same options give the same network.
 */
import { type Address, blsAddress, secp256k1Address } from '../primitives/address.ts'
import { bls } from '../primitives/crypto/bls.ts'
import { publicKeyFromSecret } from '../primitives/crypto/secp256k1.ts'
import { ethAddressOfPublicKey, filecoinAddressOf } from '../primitives/eth-address.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { Prng } from '../primitives/prng.ts'
import type { Cid } from '../primitives/cid.ts'
import type { ActorId, ChainEpoch, StoragePower, TokenAmount } from '../primitives/units.ts'
import { fil } from '../primitives/units.ts'
import type { SealedSectors } from '../proofs-mock/faults.ts'
import type { Replicas } from '../proofs-mock/posts.ts'
import { mockSetup } from '../proofs-mock/setup.ts'
import { proofVerifier } from '../proofs-mock/verifier.ts'
import { type Agent, type Employment, nextDue, type Pause, pauseAt } from './agent.ts'
import { INITIAL_BASE_FEE } from './chain/base-fee.ts'
import { Clock } from './clock.ts'
import type { SignedMessage } from './chain/message.ts'
import type { Tipset } from './chain/tipset.ts'
import { type ConsensusCrypto, consensusCrypto, type CryptoKind } from './consensus/crypto.ts'
import { buildGenesis, DEFAULT_PROVIDER_BALANCE, type GenesisProvider } from './genesis.ts'
import { addGenesisSectors } from './genesis-sectors.ts'
import { Impersonation } from './impersonation.ts'
import { type NetworkParams, networkParams } from './network-params.ts'
import { type MineOptions, Node, type NodeMoment, type RootsDial, SYSCALLS } from './node.ts'
import { Snapshots } from './snapshots.ts'
import { Wallet } from './wallet.ts'
import type { MachineContext } from './vm/context.ts'
import type { StateTree } from './vm/state-tree.ts'

export interface DevnetOptions {
  /** Protocol parameters: `mainnet` (default) or `2k`, the developers' network of 2 KiB sectors. */
  readonly preset?: string
  /** The same seed gives the same network. Default `pithead`. */
  readonly seed?: string
  /** Storage providers that hold power from the start. Default 1. */
  readonly sps?: number
  /** Funded keys. Default 10. */
  readonly accounts?: number
  /** Whether blocks are won and signed with real BLS (default) or with hashes of the same shape. */
  readonly crypto?: CryptoKind
  readonly roots?: RootsDial
  /** Raw bytes of each provider, in order; by default all the same. */
  readonly power?: readonly StoragePower[]
  /** Sectors that each provider really holds at genesis, beside that power; somebody must prove them. Default 0. */
  readonly sectors?: number
  /** Epochs of history to keep; all by default. */
  readonly keep?: number
}

/** A key with money, in both of its forms: one secret, two accounts. */
export interface DevnetAccount {
  /** 32 bytes. */
  readonly secret: Uint8Array
  /** f1. */
  readonly native: Address
  /** f410, the account of an Ethereum wallet. */
  readonly delegated: Address
  /** 20 bytes. */
  readonly eth: Uint8Array
}

export interface DevnetProvider {
  readonly id: ActorId
  readonly owner: Address
  readonly worker: Address
  /** BLS, 32 bytes little-endian. */
  readonly ownerSecret: Uint8Array
  readonly workerSecret: Uint8Array
  /** Power at genesis. */
  readonly rawBytePower: StoragePower
  /** Sectors at genesis, for whoever is to prove them. */
  readonly sectors: SealedSectors
}

/** A moment of a devnet to come back to. */
export interface DevnetMoment {
  readonly node: NodeMoment
  readonly restoreClock: () => void
  readonly pauses: readonly Pause[]
  readonly restoreAgents: () => void
}

const ACCOUNT_BALANCE: TokenAmount = fil('100000')
/** What a provider's owner and worker have to pay for messages with. */
const STAFF_BALANCE: TokenAmount = fil('1000')
/** One EiB: the share a provider's sectors have in such a network is like on mainnet, and so are pledge and fees. */
const MAINNET_POWER: StoragePower = 1n << 60n
/** Eight sectors. */
const DEVNET_2K_POWER: StoragePower = 8n << 11n

export class Devnet {
  readonly node: Node
  readonly params: NetworkParams
  readonly seed: string
  readonly accounts: readonly DevnetAccount[]
  readonly providers: readonly DevnetProvider[]
  /** What providers here hold, by miner. */
  readonly storage = new Map<ActorId, Replicas>()
  /** Keys of the accounts, and of the providers' owners and workers. */
  readonly wallet: Wallet
  /** Who acts by itself before every tipset, in this order. */
  readonly agents: Agent[] = []
  /** Has the software of a provider run here; undefined where none does. */
  employ: ((employment: Employment) => void) | undefined
  /** When agents are kept from acting. A value, replaced and never changed. */
  pauses: readonly Pause[] = []
  readonly clock: Clock
  readonly snapshots: Snapshots = new Snapshots(this)
  readonly impersonation: Impersonation = new Impersonation()
  /** Whether a pushed message makes a tipset at once. */
  automine = true
  /** Whether what happens is told, by whoever tells it. */
  logging = true

  /** @throws InvalidInput naming the option that is wrong. */
  constructor(options: DevnetOptions = {}) {
    const { seed = 'pithead', sps = 1, accounts = 10, sectors = 0 } = options
    this.params = networkParams(options.preset ?? 'mainnet')
    this.clock = new Clock(this.params)
    checkCount('sps', sps, 1, MAX_PROVIDERS)
    checkCount('accounts', accounts, 0, MAX_ACCOUNTS)
    checkCount('sectors', sectors, 0, MAX_SECTORS)
    this.seed = seed
    const prng = new Prng(seed)
    const { genesisTime, blockDelay: period } = this.params
    const crypto = consensusCrypto({
      kind: options.crypto ?? 'real',
      beaconSeed: `${seed} beacon`,
      times: { genesisTime, period },
    })
    const keys = Array.from({ length: sps }, (_, i) =>
      providerKeys(prng.fork(`provider ${i}`), crypto),
    )
    this.accounts = Array.from({ length: accounts }, (_, i) => accountOf(prng.fork(`account ${i}`)))
    const specs = keys.map((key, i) => this.#providerSpec(key, options.power?.[i]))
    const built = this.#genesis(prng, specs, sectors)
    this.providers = keys.map((key, i) => {
      const [id, sectors] = [built.providers[i]!, built.sectors[i]!]
      return { ...key, ...specs[i]!, id, sectors }
    })
    this.wallet = walletOf(seed, this.accounts, this.providers)
    const secrets = new Map(keys.map(({ worker, workerSecret }) => [worker.key, workerSecret]))
    const { keep, roots = 'every-tipset' } = options
    this.node = new Node(
      {
        params: this.params,
        crypto,
        roots,
        keys: { secretOf: (worker) => secrets.get(worker.key) ?? this.#secretOf(worker) },
        genesisSupply: built.supply,
        proofs: {
          verifier: proofVerifier(mockSetup(this.params.name)),
          replica: (miner, number) => this.storage.get(miner)?.(number),
        },
        ...(keep === undefined ? {} : { keep }),
      },
      built.tree,
    )
  }

  /** Of a worker whose key came into the wallet later. */
  #secretOf(worker: Address): Uint8Array | undefined {
    const key = this.wallet.get(worker)
    return key?.type === 'bls' ? key.secret : undefined
  }

  #providerSpec({ owner, worker }: ProviderKeys, power: StoragePower | undefined): GenesisProvider {
    const usual = this.params.preset === 'mainnet' ? MAINNET_POWER : DEVNET_2K_POWER
    return { owner, worker, rawBytePower: power ?? usual, balance: DEFAULT_PROVIDER_BALANCE }
  }

  #genesis(prng: Prng, providers: readonly GenesisProvider[], sectors: number) {
    const balance = ACCOUNT_BALANCE
    const funded = this.accounts.flatMap(({ native, delegated }) => [native, delegated])
    // Who proves needs gas, and something to top up with.
    const staff = providers.flatMap(({ owner, worker }) => [owner, worker])
    const accounts = [
      ...funded.map((address) => ({ address, balance })),
      ...staff.map((address) => ({ address, balance: STAFF_BALANCE })),
    ]
    const verifregRoot = blsAddress(bls().publicKey(blsSecret(prng.fork('verified registry root'))))
    const spec = { params: this.params, verifregRoot, accounts, providers }
    const supply =
      accounts.reduce((sum, account) => sum + account.balance, 0n) +
      providers.reduce((sum, provider) => sum + provider.balance, 0n)
    const built = buildGenesis(spec, (supply) => this.#genesisContext(supply))
    const total = supply + pledgeOf(built.tree, built.providers)
    const context = this.#genesisContext(supply)
    const sealed = built.providers.map((id, i) =>
      addGenesisSectors(built.tree, context, id, sectors, prng.fork(`sectors ${i}`)),
    )
    return { ...built, supply: total, sectors: sealed }
  }

  #genesisContext(circulatingSupply: TokenAmount): MachineContext {
    const { networkVersion, chainId, policy, genesisTime } = this.params
    const none = (): never => {
      throw new Error('genesis has no randomness')
    }
    return {
      epoch: 0,
      timestamp: genesisTime,
      networkVersion,
      chainId,
      baseFee: INITIAL_BASE_FEE,
      circulatingSupply,
      policy,
      randomness: { ticketDigest: none, beaconDigest: none, tipsetCid: none },
      syscalls: SYSCALLS,
      metered: false,
      traced: false,
    }
  }

  /**
   * Queues a signed message and, with `automine`, makes the tipset that holds it.
   * @param verified - whether the signature is known to be good: the sender was recovered from it.
   * @throws InvalidMessage
   */
  push(signed: SignedMessage, verified = false): Cid {
    const cid = this.node.push(signed, verified)
    if (this.automine && !this.#acting) this.mine()
    return cid
  }

  /** Makes tipsets, null rounds in between as the elections have it. The clock's jump, if any, comes first. */
  mine(tipsets = 1): Tipset {
    for (let i = 0; i < tipsets; i++) this.passTo(this.clock.next(this.node.head.height))
    return this.node.head
  }

  /** Has the next tipset come at least `seconds` later: see `Clock.increase`. */
  increaseTime(seconds: number): number {
    return this.clock.increase(seconds)
  }

  /**
   * Makes a tipset at `epoch` or, where nobody wins that, soon after. The epochs before it are passed over: cron runs in
   * each and providers earn as if they had won blocks, but tipsets are made only where an agent has something to do, and
   * of one block each.
   */
  passTo(epoch: ChainEpoch): Tipset {
    this.#agentsBefore ??= this.#saveAgents()
    for (;;) {
      const from = this.node.head.height + 1
      const due = nextDue(this.agents, from, this.pauses)
      if (due === undefined || due >= epoch) return this.#makeTipset(Math.max(from, epoch))
      this.#makeTipset(due, { earning: true, alone: true })
    }
  }

  /** Makes the next tipset after `count` null rounds as Filecoin knows them: nobody earns in them, and agents wait. */
  nullRounds(count: number): Tipset {
    this.#agentsBefore ??= this.#saveAgents()
    return this.#makeTipset(this.node.head.height + 1 + count, {})
  }

  #makeTipset(epoch: ChainEpoch, options: MineOptions = { earning: true }): Tipset {
    this.#acting = true
    try {
      for (const agent of this.agents)
        if (!pauseAt(agent, epoch, this.pauses)) agent.act(this, epoch)
    } finally {
      this.#acting = false
    }
    return this.node.mine(epoch - this.node.head.height - 1, options)
  }

  save(): DevnetMoment {
    return {
      node: this.node.save(),
      restoreClock: this.clock.save(),
      pauses: this.pauses,
      restoreAgents: this.#saveAgents(),
    }
  }

  /** Begins again at genesis, with the keys there were. Nobody is impersonated, nothing waits, no snapshot is left. */
  reset(): void {
    this.node.restore(this.node.origin)
    this.#agentsBefore?.()
    this.clock.clear()
    this.pauses = []
    this.snapshots.clear()
    this.impersonation.clear()
    this.automine = true
  }

  restore({ node, restoreClock, pauses, restoreAgents }: DevnetMoment): void {
    this.node.restore(node)
    restoreClock()
    this.pauses = pauses
    restoreAgents()
  }

  /** While agents push, messages wait for the tipset that is being made. */
  #acting = false
  /** What agents knew before the first tipset: they come after the devnet is made. */
  #agentsBefore: (() => void) | undefined

  /** Remembers who acts, and what each knows; the function that is returned goes back to it. */
  #saveAgents(): () => void {
    const agents = [...this.agents]
    const restores = agents.map((agent) => agent.save?.())
    return () => {
      this.agents.splice(0, this.agents.length, ...agents)
      for (const restore of restores) restore?.()
    }
  }
}

const MAX_PROVIDERS = 1000
const MAX_ACCOUNTS = 1000
/** What one message takes. */
const MAX_SECTORS = 256

function checkCount(field: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new InvalidInput(field, `expected ${low} to ${high}, got ${value}`)
}

type ProviderKeys = Pick<DevnetProvider, 'owner' | 'worker' | 'ownerSecret' | 'workerSecret'>

function providerKeys(prng: Prng, crypto: ConsensusCrypto): ProviderKeys {
  const ownerSecret = blsSecret(prng.fork('owner'))
  const workerSecret = blsSecret(prng.fork('worker'))
  return {
    ownerSecret,
    workerSecret,
    owner: blsAddress(bls().publicKey(ownerSecret)),
    worker: blsAddress(crypto.publicKey(workerSecret)),
  }
}

function walletOf(
  seed: string,
  accounts: readonly DevnetAccount[],
  providers: readonly DevnetProvider[],
): Wallet {
  const wallet = new Wallet(`${seed} wallet`)
  for (const { native, secret } of accounts)
    wallet.add({ address: native, type: 'secp256k1', secret })
  for (const { delegated, secret } of accounts)
    wallet.add({ address: delegated, type: 'delegated', secret })
  for (const { owner, ownerSecret, worker, workerSecret } of providers) {
    wallet.add({ address: owner, type: 'bls', secret: ownerSecret })
    wallet.add({ address: worker, type: 'bls', secret: workerSecret })
  }
  return wallet
}

/** A BLS secret below the group's order: the top bits of the last byte are cleared. */
function blsSecret(prng: Prng): Uint8Array {
  const secret = prng.bytes(32)
  secret[31]! &= 0x3f
  return secret
}

function accountOf(prng: Prng): DevnetAccount {
  const secret = prng.bytes(32)
  const publicKey = publicKeyFromSecret(secret)
  const eth = ethAddressOfPublicKey(publicKey)
  return { secret, native: secp256k1Address(publicKey), delegated: filecoinAddressOf(eth), eth }
}

/** attoFIL that genesis gave providers as pledge, on top of what they may spend. */
function pledgeOf(tree: StateTree, providers: readonly ActorId[]): TokenAmount {
  const held = providers.reduce((sum, id) => sum + tree.get(id)!.balance, 0n)
  return held - BigInt(providers.length) * DEFAULT_PROVIDER_BALANCE
}
