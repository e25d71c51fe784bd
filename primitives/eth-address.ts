/**
 * Ethereum's 20-byte addresses and how they stand for actors: f410 where the actor has one, else the actor's number
 * masked as `ff`, eleven zero bytes, and the number. Reference: FIP-0055, builtin-actors `evm/shared/src/address.rs` and `eam`.
 */
import { type Address, delegatedAddress, delegatedParts, idAddress, PROTOCOL } from './address.ts'
import { concatBytes, fromHex, toHex, uint64be, utf8 } from './bytes.ts'
import { keccak256 } from './crypto/hash.ts'
import { encodeRlp, rlpInteger } from './rlp.ts'
import type { ActorId } from './units.ts'
import { decodeUvarint } from './varint.ts'

/** 20 bytes. */
export type EthAddress = Uint8Array

export const ETH_ADDRESS_LENGTH = 20
/** Namespace of f410 addresses: the number of the Ethereum address manager. */
export const EAM_NAMESPACE = 10
const MASK = fromHex('ff0000000000000000000000')

/** `0xff 00…00 <id>`: the address of an actor that has no f410. */
export function maskedIdAddress(id: ActorId | number | bigint): EthAddress {
  return concatBytes(MASK, uint64be(id))
}

/** The actor number in a masked address; undefined for every other address. */
export function maskedId(address: EthAddress): bigint | undefined {
  if (address.length !== ETH_ADDRESS_LENGTH) return undefined
  for (const [i, byte] of MASK.entries()) if (address[i] !== byte) return undefined
  return new DataView(address.buffer, address.byteOffset).getBigUint64(MASK.length)
}

/** The Filecoin address of an Ethereum address: f0 of a masked one, else f410. */
export function filecoinAddressOf(address: EthAddress): Address {
  if (address.length !== ETH_ADDRESS_LENGTH)
    throw new TypeError(`not an Ethereum address: ${address.length} bytes`)
  const id = maskedId(address)
  return id === undefined ? delegatedAddress(EAM_NAMESPACE, address) : idAddress(id)
}

/**
 * The Ethereum address of a Filecoin address: of f410 its own, of f0 the masked one, of any other the masked `id`
 * when given, else undefined.
 *
 * @throws TypeError for an f410 that carries a masked address, which no actor can have.
 */
export function ethAddressOf(address: Address, id?: ActorId | bigint): EthAddress | undefined {
  const own = delegatedEthAddress(address)
  if (own) return own
  if (address.protocol === PROTOCOL.id) return maskedIdAddress(decodeUvarint(address.bytes, 1)[0])
  return id === undefined ? undefined : maskedIdAddress(id)
}

/** The 20 bytes of an f410 address; undefined for any other. @throws TypeError when they are a masked address. */
export function delegatedEthAddress(address: Address): EthAddress | undefined {
  if (address.protocol !== PROTOCOL.delegated) return undefined
  const { namespace, subaddress } = delegatedParts(address)
  if (namespace !== BigInt(EAM_NAMESPACE) || subaddress.length !== ETH_ADDRESS_LENGTH)
    return undefined
  if (maskedId(subaddress) !== undefined)
    throw new TypeError(`${address} carries the masked address ${formatEthAddress(subaddress)}`)
  return subaddress.slice()
}

/** Reads 40 hexadecimal digits in any case, with or without `0x`. @throws TypeError */
export function parseEthAddress(text: string): EthAddress {
  const digits = /^(?:0[xX])?([0-9a-fA-F]{40})$/.exec(text)?.[1]
  if (digits === undefined)
    throw new TypeError(`not an Ethereum address: ${JSON.stringify(text.slice(0, 80))}`)
  return fromHex(digits)
}

/** Lower case, with `0x`. */
export const formatEthAddress = (address: EthAddress): string => `0x${toHex(address)}`

/** With `0x` and the letter case that EIP-55 uses as a checksum. */
export function checksumEthAddress(address: EthAddress): string {
  const digits = toHex(address)
  const hash = toHex(keccak256(utf8(digits)))
  const cased = [...digits].map((digit, i) => (hash[i]! >= '8' ? digit.toUpperCase() : digit))
  return `0x${cased.join('')}`
}

/** The address of a 65-byte uncompressed secp256k1 public key. */
export function ethAddressOfPublicKey(publicKey: Uint8Array): EthAddress {
  return keccak256(publicKey.subarray(1)).slice(-ETH_ADDRESS_LENGTH)
}

/** Sender part of contract addresses when an account without f410 deploys: from the bytes of its f1 or f3 address. */
export function nativeCreatorAddress(address: Address): EthAddress {
  return keccak256(address.bytes).slice(-ETH_ADDRESS_LENGTH)
}

/** Address of a contract made by CREATE. */
export function createAddress(creator: EthAddress, nonce: bigint): EthAddress {
  return keccak256(encodeRlp([creator, rlpInteger(nonce)])).slice(-ETH_ADDRESS_LENGTH)
}

/** Address of a contract made by CREATE2 (EIP-1014); `salt` has 32 bytes. */
export function create2Address(
  creator: EthAddress,
  salt: Uint8Array,
  initcode: Uint8Array,
): EthAddress {
  const preimage = concatBytes(Uint8Array.of(0xff), creator, salt, keccak256(initcode))
  return keccak256(preimage).slice(-ETH_ADDRESS_LENGTH)
}
