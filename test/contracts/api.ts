/** The wrapper of one library of one package, deployed: its functions called, and what they give compared. */
import * as assert from 'uvu/assert'
import { type Abi, encodeFunctionData, parseAbi } from 'viem'
import type { LibraryName, PackageName } from './api-wrappers.ts'
import type { Compiled } from './compile.ts'
import { type Hex, type Leaf, type Outcome, type Rig, signatureOf } from './rig.ts'

/** Errors of the packages' `Actor` library. */
const ERRORS = parseAbi([
  'error ActorError(int256 exitCode)',
  'error InvalidResponseLength()',
  'error InvalidCodec(uint64 codec)',
  'error FailToCallActor()',
  'error ActorNotFound()',
  'error NotEnoughBalance(uint256 balance, uint256 value)',
  'error InvalidActorID(uint64 id)',
])

export class Api {
  readonly #rig: Rig
  readonly #abi: Abi
  readonly address: Hex
  /** f0 of the wrapper. */
  readonly id: bigint
  /** Signatures of what was called. */
  readonly called = new Set<string>()
  /** Whether functions return the actor's exit code before anything else. */
  readonly #exits: boolean

  private constructor(rig: Rig, abi: Abi, exits: boolean, address: Hex, id: bigint) {
    this.#rig = rig
    this.#abi = [...abi.filter(({ type }) => type !== 'error'), ...ERRORS]
    this.#exits = exits
    this.address = address
    this.id = id
  }

  static async deploy(
    rig: Rig,
    of: PackageName,
    library: LibraryName,
    { abi, bytecode }: Compiled,
  ): Promise<Api> {
    const address = await rig.deploy(`0x${bytecode}`)
    const filecoin = await rig.ask<string>('Filecoin.EthAddressToFilecoinAddress', address)
    const id = BigInt((await rig.ask<string>('Filecoin.StateLookupID', filecoin, null)).slice(2))
    const exits = of === 'filecoin-solidity-api' && library !== 'PrecompilesAPI'
    return new Api(rig, abi, exits, address, id)
  }

  /** What a function gives, without an exit code, which must be 0. */
  async read(name: string, ...args: readonly unknown[]): Promise<readonly Leaf[]> {
    const outcome = await this.#look(name, args)
    if ('error' in outcome)
      throw new Error(`${name} reverted: ${outcome.error} ${outcome.args.join()} ${outcome.data}`)
    if (!this.#exits) return outcome.values
    assert.is(outcome.values[0], 0n, `exit code of ${name}`)
    return outcome.values.slice(1)
  }

  /** As `read`, and then does it. */
  async write(name: string, ...args: readonly unknown[]): Promise<readonly Leaf[]> {
    const values = await this.read(name, ...args)
    const data = encodeFunctionData({ abi: this.#abi, functionName: name, args })
    await this.#rig.send(this.address, data)
    return values
  }

  /** Expects the actor to end with an exit code. */
  async exits(code: bigint, name: string, ...args: readonly unknown[]): Promise<void> {
    const outcome = await this.#look(name, args)
    if (this.#exits) {
      assert.ok('values' in outcome, `${name} reverted`)
      assert.is(outcome.values[0], code, name)
    } else {
      assert.ok('error' in outcome, `${name} did not revert`)
      assert.equal([outcome.error, ...outcome.args], ['ActorError', code], name)
    }
  }

  /** Whatever a function gives. */
  look(name: string, ...args: readonly unknown[]): Promise<Outcome> {
    return this.#look(name, args)
  }

  #look(name: string, args: readonly unknown[]): Promise<Outcome> {
    this.called.add(signatureOf(this.#abi, name, args))
    return this.#rig.call(this.address, this.#abi, name, args)
  }
}
