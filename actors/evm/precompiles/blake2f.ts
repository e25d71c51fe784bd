/** The compression function of BLAKE2b with any number of rounds (EIP-152). */
import { blake2bCompress } from '../../../primitives/crypto/hash.ts'
import { PrecompileFailed } from './input.ts'
import { computed } from './precompile.ts'

const LENGTH = 213
const GAS_PER_ROUND = 2080

/** Rounds in 4 bytes big-endian, then state, message and offset as they stand in memory, then whether it is the last block. */
export const blake2f = computed('blake2f', (input, charge) => {
  const last = input[LENGTH - 1]!
  if (input.length !== LENGTH || last > 1) throw new PrecompileFailed('input of blake2f')
  const rounds = new DataView(input.buffer, input.byteOffset).getUint32(0)
  charge(GAS_PER_ROUND * rounds)
  const [state, message, offset] = [input.slice(4, 68), input.slice(68, 196), input.slice(196, 212)]
  blake2bCompress(rounds, state, message, offset, last === 1)
  return state
})
