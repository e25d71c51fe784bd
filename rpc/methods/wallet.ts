/** Keys of this node, and signing with them. Reference: Lotus `node/impl/full/wallet.go`, `chain/wallet`. */
import { type Message, signedMessageToJson } from '../../engine/chain/message.ts'
import { signatureToJson, signatureFromJson } from '../../engine/chain/lotus-json.ts'
import { KEY_TYPES, type WalletKey } from '../../engine/wallet.ts'
import type { Address } from '../../primitives/address.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import type { Signature, SignatureType } from '../../primitives/signature.ts'
import { signBytes, verifySignature } from '../../primitives/signing.ts'
import { findActor, shownAddress, stateAfter } from '../actors.ts'
import { address, base64 as bytes, message, text } from '../decoders.ts'
import { refused } from '../errors.ts'
import { inFieldOf, objectFields } from '../eth-params.ts'
import { type Decoder, method, Mismatch } from '../method.ts'
import { keyOf, signWith } from '../signer.ts'

const keyType: Decoder<SignatureType> = (value) => {
  const found = KEY_TYPES.find((type) => type === value)
  if (!found) throw new Mismatch(`one of ${KEY_TYPES.join(', ')}`, value)
  return found
}

const signature: Decoder<Signature> = (value) => signatureFromJson(value, 'Signature')

/** `{Type, PrivateKey}`, as Lotus exports keys. */
const keyInfo: Decoder<Pick<WalletKey, 'type' | 'secret'>> = (value) => {
  const fields = objectFields(value, '{"Type": "…", "PrivateKey": "<base64>"}')
  return {
    type: inFieldOf(fields, 'Type', keyType),
    secret: inFieldOf(fields, 'PrivateKey', bytes),
  }
}

export const walletMethods = [
  method<[Address]>('Filecoin.WalletBalance', [address], (context, owner) => {
    const actor = findActor(stateAfter(context, context.node.head), owner)
    return (actor?.balance ?? 0n).toString()
  }),
  method<[SignatureType]>('Filecoin.WalletNew', [keyType], (context, type) =>
    shownAddress(context, context.devnet.wallet.make(type).address),
  ),
  method<[Address]>(
    'Filecoin.WalletHas',
    [address],
    ({ devnet }, owner) => devnet.wallet.get(owner) !== undefined,
  ),
  method('Filecoin.WalletList', [], (context) =>
    context.devnet.wallet.list().map((key) => shownAddress(context, key.address)),
  ),
  method('Filecoin.WalletDefaultAddress', [], (context) => {
    const { default: address } = context.devnet.wallet
    if (!address) throw refused('failed to get default key: key not found')
    return shownAddress(context, address)
  }),
  method<[Address]>('Filecoin.WalletSetDefault', [address], (context, owner) => {
    context.devnet.wallet.default = keyOf(context, owner).address
  }),
  method<[Address, Uint8Array]>('Filecoin.WalletSign', [address, bytes], (context, owner, data) => {
    const { type, secret } = keyOf(context, owner)
    return signatureToJson(signBytes(type, secret, data))
  }),
  method<[Address, Message]>(
    'Filecoin.WalletSignMessage',
    [address, message],
    (context, owner, unsigned) =>
      signedMessageToJson(signWith(context, keyOf(context, owner), unsigned), letterOf(context)),
  ),
  method<[Address, Uint8Array, Signature]>(
    'Filecoin.WalletVerify',
    [address, bytes, signature],
    (_, owner, data, signed) => verifySignature(signed, owner, data),
  ),
  method<[Address]>('Filecoin.WalletExport', [address], (context, owner) => {
    const { type, secret } = keyOf(context, owner)
    return { Type: type, PrivateKey: encodeBase64(secret) }
  }),
  method<[Pick<WalletKey, 'type' | 'secret'>]>(
    'Filecoin.WalletImport',
    [keyInfo],
    (context, { type, secret }) =>
      shownAddress(context, context.devnet.wallet.import(type, secret).address),
  ),
  method<[Address]>('Filecoin.WalletDelete', [address], (context, owner) => {
    context.devnet.wallet.delete(keyOf(context, owner).address)
  }),
  method<[string]>('Filecoin.WalletValidateAddress', [text], (context, written) =>
    shownAddress(context, address(written)),
  ),
]

const letterOf = ({ node }: Parameters<typeof keyOf>[0]) => node.params.letter
