/** EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, and what stands behind an address. */
import type { EthAddress } from '../../../primitives/eth-address.ts'
import type { ActorId } from '../../../primitives/units.ts'
import { returned } from '../../returned.ts'
import { filecoinAddress } from '../addresses.ts'
import { type Bytecode, EMPTY_HASH, NATIVE_HASH } from '../bytecode.ts'
import { BytecodeHash, BytecodeReturn, EvmMethod } from '../params.ts'
import { isPrecompile } from '../precompiles/addresses.ts'
import type { System } from '../system.ts'
import type { Machine } from './machine.ts'
import { copyIn } from './memory-access.ts'
import { addressBytes, type Word, wordOf } from './word.ts'

export type Target =
  | { readonly kind: 'contract'; readonly id: ActorId }
  | { readonly kind: 'native' | 'account' | 'precompile' | 'nothing' }

/** What stands behind an Ethereum address (builtin-actors `get_contract_type`). */
export function targetOf({ rt }: System, address: EthAddress): Target {
  if (isPrecompile(address)) return { kind: 'precompile' }
  const id = rt.resolve(filecoinAddress(address))
  const type = id === undefined ? undefined : rt.typeOf(id)
  if (id === undefined || type === undefined) return { kind: 'nothing' }
  if (type === 'evm') return { kind: 'contract', id }
  const isAccount = type === 'account' || type === 'ethaccount' || type === 'placeholder'
  return { kind: isAccount ? 'account' : 'native' }
}

/** Code of a contract; null once it is destroyed. @throws ActorError when it cannot be asked. */
export function bytecodeOf(system: System, id: ActorId): Bytecode | null {
  return returned(system.ask(id, EvmMethod.GetBytecode), BytecodeReturn)
}

/** Code of all actors that are no contracts, as contracts see it: INVALID. */
const NATIVE_CODE = Uint8Array.of(0xfe)
const NO_CODE = new Uint8Array()

function codeAt(m: Machine, word: Word): Uint8Array {
  m.pay()
  const target = targetOf(m.system, addressBytes(word))
  if (target.kind === 'native') return NATIVE_CODE
  if (target.kind !== 'contract') return NO_CODE
  return bytecodeOf(m.system, target.id)?.code ?? NO_CODE
}

export function extcodesize(m: Machine): void {
  const top = m.sp - 1
  m.stack[top] = codeAt(m, m.stack[top]!).length
}

export function extcodecopy(m: Machine): void {
  const code = codeAt(m, m.stack[--m.sp]!)
  copyIn(m, code)
}

export function extcodehash(m: Machine): void {
  m.pay()
  const top = m.sp - 1
  m.stack[top] = hashOf(m.system, addressBytes(m.stack[top]!))
}

function hashOf(system: System, address: EthAddress): Word {
  const target = targetOf(system, address)
  if (target.kind === 'nothing') return 0
  if (target.kind === 'native') return wordOf(NATIVE_HASH)
  if (target.kind !== 'contract') return wordOf(EMPTY_HASH)
  return wordOf(returned(system.ask(target.id, EvmMethod.GetBytecodeHash), BytecodeHash))
}
