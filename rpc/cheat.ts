/** Cheats: what a devnet can do and a network cannot. Other devnets have them under names of their own, and tools mix those. */
import type { RpcContext } from './context.ts'
import { type Decoder, method, type Method } from './method.ts'

/** Whose names are answered to: Ganache's older ones, Hardhat's, anvil's. */
const PREFIXES = ['evm', 'hardhat', 'anvil', 'ganache'] as const

export type Prefix = (typeof PREFIXES)[number]

/** The same method under every prefix, or under those given. */
export const cheat = <Params extends readonly unknown[]>(
  name: string,
  decoders: { readonly [I in keyof Params]: Decoder<Params[I]> },
  call: (context: RpcContext, ...params: Params) => unknown,
  prefixes: readonly Prefix[] = PREFIXES,
): Method[] => prefixes.map((prefix) => method(`${prefix}_${name}`, decoders, call))
