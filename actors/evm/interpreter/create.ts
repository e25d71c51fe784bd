/** CREATE, CREATE2 and SELFDESTRUCT (builtin-actors `instructions/lifecycle.rs`). */
import type { Codec } from '../../../primitives/codec.ts'
import { CreateParams, Create2Params, CreateReturn, EamMethod } from '../../eam/params.ts'
import { Payload } from '../../payload.ts'
import type { CallOutcome } from '../../pending-call.ts'
import { returned } from '../../returned.ts'
import { ExitCode, SyscallError } from '../../runtime.ts'
import { EAM_ACTOR, METHOD_SEND } from '../../singletons.ts'
import { trySend } from '../../try-send.ts'
import { filecoinAddress } from '../addresses.ts'
import { evmError, EvmExitCode, readOnlyError } from '../exit-codes.ts'
import { bytesOf } from './calls.ts'
import type { Machine } from './machine.ts'
import { addressBytes, type Word, wordBytes, wordOf } from './word.ts'

const NO_BYTES = new Uint8Array()
/** Estimate of what the address manager and the init actor cost. */
const GAS_BEFORE_CONSTRUCTOR = 5_500_000

export function create(m: Machine): void {
  const { stack, system } = m
  const top = (m.sp -= 3)
  if (system.readOnly) throw readOnlyError('create')
  const initcode = m.memory.read(stack[top + 1]!, stack[top]!)
  const params = { initcode, nonce: system.nonce }
  deploy(m, EamMethod.Create, CreateParams, params, stack[top + 2]!)
}

export function create2(m: Machine): void {
  const { stack, system } = m
  const top = (m.sp -= 4)
  if (system.readOnly) throw readOnlyError('create2')
  const initcode = m.memory.read(stack[top + 2]!, stack[top + 1]!)
  const params = { initcode, salt: wordBytes(stack[top]!) }
  deploy(m, EamMethod.Create2, Create2Params, params, stack[top + 3]!)
}

/** The nonce rises even when the constructor fails, and not when the endowment is too large. */
function deploy<P>(m: Machine, method: number, codec: Codec<P>, params: P, endowment: Word): void {
  const { system } = m
  m.returnData = NO_BYTES
  m.pay()
  const value = BigInt(endowment)
  if (value > system.rt.balance()) {
    m.stack[m.sp++] = 0
    return
  }
  m.unpaid += GAS_BEFORE_CONSTRUCTOR
  m.pay()
  system.incrementNonce()
  const outgoing = system.outgoing({
    to: EAM_ACTOR,
    method,
    params: Payload.of(codec, params),
    value,
    options: { gasLimit: m.gasLimit() },
  })
  m.ask(outgoing, (outcome) => {
    system.answered(outcome)
    m.stack[m.sp++] = deployed(m, outcome)
  })
}

function deployed(m: Machine, outcome: CallOutcome): Word {
  if (outcome instanceof SyscallError) return 0
  if (outcome.exitCode === ExitCode.Ok) return wordOf(returned(outcome, CreateReturn).ethAddress)
  m.returnData = bytesOf(outcome.ret)
  return 0
}

/** All funds go to the beneficiary; the contract works on until the message ends. */
export function selfdestruct(m: Machine): void {
  const { system } = m
  const { rt } = system
  const beneficiary = addressBytes(m.stack[--m.sp]!)
  if (system.readOnly) throw readOnlyError('selfdestruct')
  m.pay()
  if (!trySend(rt, filecoinAddress(beneficiary), METHOD_SEND, null, rt.balance()))
    throw evmError(EvmExitCode.SelfDestructFailed, 'failed to transfer funds to beneficiary')
  system.markSelfDestructed()
  m.running = false
}
