/**
 * What holds for every multisig (builtin-actors `actors/multisig/src/testing.rs`). That a pending transaction lacks
 * approvals does not: a threshold that is lowered leaves transactions that have enough.
 */
import { Findings, within } from '../findings.ts'
import { SIGNERS_MAX } from './params.ts'
import type { MultisigState, Transaction } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits every transaction. */
export function brokenMultisigInvariants(state: MultisigState): string[] {
  const found = new Findings()
  const { signers, numApprovalsThreshold: threshold, nextTxId } = state
  const { unlockDuration, startEpoch, initialBalance } = state
  const count = signers.length
  found.expect(count > 0 && count <= SIGNERS_MAX, () => `${count} signers`)
  found.expect(new Set(signers).size === count, () => `repeats a signer: ${signers.join(', ')}`)
  found.expect(
    threshold >= 1 && threshold <= count,
    () => `needs ${threshold} approvals of ${count} signers`,
  )
  found.expect(unlockDuration >= 0n, () => `unlock duration is ${unlockDuration}`)
  found.expect(initialBalance >= 0n, () => `locked balance is ${initialBalance}`)
  if (unlockDuration === 0n) {
    found.expect(startEpoch === 0n, () => `locks nothing from epoch ${startEpoch} on`)
    found.expect(initialBalance === 0n, () => `locks ${initialBalance} for no time`)
  }
  for (const [id, transaction] of state.pendingTxs.entries()) {
    found.expect(id >= 0 && id < nextTxId, () => `transaction ${id}, the next is ${nextTxId}`)
    found.broken.push(...within(`transaction ${id}`, brokenTransaction(state, transaction)))
  }
  return found.broken
}

function brokenTransaction({ signers }: MultisigState, { approved, value }: Transaction): string[] {
  const found = new Findings()
  found.expect(approved.length > 0, () => 'nobody approves of it')
  found.expect(new Set(approved).size === approved.length, () => 'approved twice by the same')
  found.expect(value >= 0n, () => `moves ${value}`)
  const stranger = approved.find((id) => !signers.includes(id))
  found.expect(stranger === undefined, () => `approved by f0${stranger}, who is no signer`)
  return found.broken
}
