/** RIPEMD-160, which contracts may ask for. */
import { lazily } from './lazy.ts'

const library = lazily<typeof import('@noble/hashes/legacy.js')>('@noble/hashes/legacy')

/** 20 bytes. */
export const ripemd160 = (data: Uint8Array): Uint8Array => library().ripemd160(data)
