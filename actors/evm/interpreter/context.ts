/** What a frame is told of itself, the message and the chain: ADDRESS to BASEFEE, without calls. */
import { type Address } from '../../../primitives/address.ts'
import { ActorError } from '../../errors.ts'
import { ethAddressOfActor, filecoinAddress } from '../addresses.ts'
import type { Machine } from './machine.ts'
import { addressBytes, small, wordOf } from './word.ts'

/** What a contract is told of its block in place of what there is; only calls that nobody sends have any. */
export interface GivenBlock {
  /** Ethereum address. */
  readonly coinbase?: Uint8Array
  readonly gasLimit?: bigint
  /** 32 bytes. */
  readonly prevRandao?: Uint8Array
  /** 32 bytes by number, of blocks before this one. */
  readonly hashes?: ReadonlyMap<number, Uint8Array>
}

/** Blocks whose hash is known, before the current one. */
const BLOCK_HASHES = 256
/** Gas limit of a block (ref-fvm `BLOCK_GAS_LIMIT`). */
const GAS_LIMIT = 10_000_000_000

export function address(m: Machine): void {
  m.stack[m.sp++] = wordOf(m.input.address)
}

export function caller(m: Machine): void {
  m.stack[m.sp++] = wordOf(m.input.caller)
}

export function callvalue(m: Machine): void {
  m.stack[m.sp++] = small(m.input.value)
}

export function origin(m: Machine): void {
  const { rt } = m.system
  m.stack[m.sp++] = wordOf(ethAddressOfActor(rt, rt.origin))
}

export function gasprice(m: Machine): void {
  const { rt } = m.system
  m.stack[m.sp++] = small(rt.baseFee + rt.gasPremium)
}

export function balance(m: Machine): void {
  const { rt } = m.system
  const top = m.sp - 1
  const owner: Address = filecoinAddress(addressBytes(m.stack[top]!))
  const id = rt.resolve(owner)
  m.stack[top] = id === undefined ? 0 : small(rt.balanceOf(id) ?? 0n)
}

export function selfbalance(m: Machine): void {
  m.stack[m.sp++] = small(m.system.rt.balance())
}

/** The digest of a tipset's CID; 0 for the current one and all it does not reach. */
export function blockhash(m: Machine): void {
  const { stack, system } = m
  const top = m.sp - 1
  const height = stack[top]!
  const now = system.rt.epoch
  const known = typeof height === 'number' && height < now && height >= now - BLOCK_HASHES
  stack[top] = known ? hashOf(system.rt, height) : 0
}

function hashOf(rt: Machine['system']['rt'], height: number) {
  try {
    const { digest } = rt.tipsetCid(height)
    return wordOf(rt.givenBlock?.hashes?.get(height) ?? digest.subarray(0, 32))
  } catch (error) {
    if (error instanceof ActorError) return 0
    throw error
  }
}

/** Filecoin blocks have many producers, and so none. */
export function coinbase(m: Machine): void {
  const given = m.system.rt.givenBlock?.coinbase
  m.stack[m.sp++] = given ? wordOf(given) : 0
}

export function timestamp(m: Machine): void {
  m.stack[m.sp++] = m.system.rt.timestamp
}

export function number(m: Machine): void {
  m.stack[m.sp++] = m.system.rt.epoch
}

export function prevrandao(m: Machine): void {
  const drawn = m.system.randomness()
  m.stack[m.sp++] = wordOf(m.system.rt.givenBlock?.prevRandao ?? drawn)
}

export function gaslimit(m: Machine): void {
  const given = m.system.rt.givenBlock?.gasLimit
  m.stack[m.sp++] = given === undefined ? GAS_LIMIT : small(given)
}

export function chainid(m: Machine): void {
  m.stack[m.sp++] = small(m.system.rt.chainId)
}

export function basefee(m: Machine): void {
  m.stack[m.sp++] = small(m.system.rt.baseFee)
}
