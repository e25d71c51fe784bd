/**
 * A line to a thread that signs blocks. What a block says is known before its messages run, so its signature, which takes as long as
 * running them, is made meanwhile. The two threads meet in shared memory and wait for each other in place: for half a
 * millisecond a message would come too late. Whatever the thread does not make, whoever asks for it makes.
 */
import { bls } from '../../primitives/crypto/bls.ts'
import type { Work } from '../../primitives/worker-pool.ts'
import type { Signer } from './crypto.ts'

/** Signs what comes over a line, for as long as the thread lives. */
export const SIGNING: Work<SharedArrayBuffer, never> = {
  file: 'engine/consensus/worker',
  name: 'signing',
}

/** What stands in the first word of a line. */
const FREE = 0
const ASKED = 1
const TAKEN = 2
const MADE = 3

const SECRET_BYTES = 32
const SIGNATURE_BYTES = 96
/** A block after many null rounds has as many beacon entries, and is signed where it is made. */
const MESSAGE_BYTES = 4096
const HEAD_BYTES = 8

/** For a thread that is stopped in the middle. A signature takes less than a millisecond. */
const PATIENCE_MS = 50

interface Line {
  /** State, and the length of the message. */
  readonly head: Int32Array
  readonly secret: Uint8Array
  readonly signature: Uint8Array
  readonly message: Uint8Array
}

export const newLine = (): SharedArrayBuffer =>
  new SharedArrayBuffer(HEAD_BYTES + SECRET_BYTES + SIGNATURE_BYTES + MESSAGE_BYTES)

function lineOf(memory: SharedArrayBuffer): Line {
  const signatureAt = HEAD_BYTES + SECRET_BYTES
  return {
    head: new Int32Array(memory, 0, 2),
    secret: new Uint8Array(memory, HEAD_BYTES, SECRET_BYTES),
    signature: new Uint8Array(memory, signatureAt, SIGNATURE_BYTES),
    message: new Uint8Array(memory, signatureAt + SIGNATURE_BYTES),
  }
}

/** The end of a line that asks. One signature is on its way at a time; of others that are begun, only the last may be made there. */
export function signerOver(memory: SharedArrayBuffer): Signer {
  const line = lineOf(memory)
  const { head } = line
  let last = 0
  return {
    begin(secret, message) {
      const state = Atomics.load(head, 0)
      if ((state !== FREE && state !== MADE) || message.length > line.message.length)
        return undefined
      line.secret.set(secret)
      line.message.set(message)
      head[1] = message.length
      Atomics.store(head, 0, ASKED)
      Atomics.notify(head, 0)
      const number = ++last
      return () => (number === last ? result(line) : undefined)
    },
  }
}

/** Takes the request back where the thread has not come to it. */
function result({ head, signature }: Line): Uint8Array | undefined {
  if (Atomics.compareExchange(head, 0, ASKED, FREE) === ASKED) return undefined
  if (Atomics.load(head, 0) === TAKEN) Atomics.wait(head, 0, TAKEN, PATIENCE_MS)
  return Atomics.compareExchange(head, 0, MADE, FREE) === MADE ? signature.slice() : undefined
}

/** The other end. Never returns. */
export function signOver(memory: SharedArrayBuffer): never {
  const line = lineOf(memory)
  const { head } = line
  // One who died may have left something.
  Atomics.store(head, 0, FREE)
  for (;;) {
    const state = Atomics.compareExchange(head, 0, ASKED, TAKEN)
    if (state === ASKED) {
      Atomics.store(head, 0, isSigned(line) ? MADE : FREE)
      Atomics.notify(head, 0)
    } else Atomics.wait(head, 0, state)
  }
}

/** What cannot be signed fails again where it is asked for. */
function isSigned({ head, secret, message, signature }: Line): boolean {
  try {
    signature.set(bls().sign(secret.slice(), message.slice(0, head[1])))
    return true
  } catch {
    return false
  }
}
