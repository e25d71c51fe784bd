/** Cheats that write to accounts and contracts. */
import {
  addBalance,
  setBalance,
  setCode,
  setNonce,
  setStorageAt,
} from '../../engine/cheats/accounts.ts'
import type { Address } from '../../primitives/address.ts'
import { u256FromBytes } from '../../primitives/u256.ts'
import { cheat } from '../cheat.ts'
import { actorAddress, hexBytes, quantity } from '../decoders.ts'
import { alias, type Decoder, Mismatch } from '../method.ts'

/** 32 bytes, or an integer: tools write a word as either. */
const word: Decoder<bigint> = (value) => {
  if (typeof value !== 'string' || !/^0x[\da-f]{64}$/i.test(value)) return quantity(value)
  return u256FromBytes(hexBytes(value))
}

const NONCE_END = 1n << 64n
const nonce: Decoder<bigint> = (value) => {
  const n = quantity(value)
  if (n >= NONCE_END) throw new Mismatch('an integer below 2^64', value)
  return n
}

const balances = cheat<[Address, bigint]>(
  'setBalance',
  [actorAddress, quantity],
  ({ node }, who, balance) => {
    setBalance(node, who, balance)
    return true
  },
)
const codes = cheat<[Address, Uint8Array]>(
  'setCode',
  [actorAddress, hexBytes],
  ({ node }, who, code) => {
    setCode(node, who, code)
    return true
  },
)
const nonces = cheat<[Address, bigint]>('setNonce', [actorAddress, nonce], ({ node }, who, n) => {
  setNonce(node, who, n)
  return true
})
const slots = cheat<[Address, bigint, bigint]>(
  'setStorageAt',
  [actorAddress, word, word],
  ({ node }, who, slot, value) => {
    setStorageAt(node, who, slot, value)
    return true
  },
)

export const cheatAccountMethods = [
  ...balances,
  ...codes,
  ...nonces,
  ...slots,
  ...cheat<[Address, bigint]>('addBalance', [actorAddress, quantity], ({ node }, who, amount) => {
    addBalance(node, who, amount)
    return true
  }),
  alias('evm_setAccountBalance', balances[0]!),
  alias('evm_setAccountCode', codes[0]!),
  alias('evm_setAccountNonce', nonces[0]!),
  alias('evm_setAccountStorageAt', slots[0]!),
]
