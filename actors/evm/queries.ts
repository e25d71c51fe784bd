/** What can be asked of a contract without running it. */
import type { Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { type Bytecode, EMPTY_HASH } from './bytecode.ts'
import type { GetStorageAtParams } from './params.ts'
import { type EvmState, isDead } from './state.ts'
import { small } from './interpreter/word.ts'
import { System } from './system.ts'

/** The code; null once the contract is dead. */
export function getBytecode(rt: Runtime<EvmState>): Bytecode | null {
  rt.acceptAnyCaller()
  const state = rt.state()
  return isDead(rt, state) ? null : state.bytecode
}

/** Keccak-256 of the code, of no bytes once the contract is dead. */
export function getBytecodeHash(rt: Runtime<EvmState>): Uint8Array {
  rt.acceptAnyCaller()
  const state = rt.state()
  return isDead(rt, state) ? EMPTY_HASH : state.bytecodeHash
}

/** A word of storage; never to anybody on chain. */
export function getStorageAt(rt: Runtime<EvmState>, { storageKey }: GetStorageAtParams): bigint {
  rt.acceptCaller(SYSTEM_ACTOR)
  return BigInt(System.load(rt).storage.get(small(storageKey)))
}
