/** DataCap without a verifier. */
import { DatacapMethod, MintParams } from '../../actors/datacap/params.ts'
import { Payload } from '../../actors/payload.ts'
import { DATACAP_ACTOR, MARKET_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { Node } from '../node.ts'
import { existing } from './accounts.ts'
import { unmetered } from './miners.ts'
import { applyAs } from './state.ts'

/** What one byte is in the datacap token. */
const ATTO_DATACAP = 10n ** 18n

/** Gives a client bytes of DataCap, as the verified registry does for a verifier. @throws InvalidInput */
export function grantDataCap(node: Node, client: Address, bytes: bigint): void {
  if (bytes <= 0n) throw new InvalidInput('amount', `expected at least one byte, got ${bytes}`)
  const context = unmetered(node)
  node.edit((tree) => {
    const to = idAddress(existing(node, tree, client))
    const operators = [idAddress(MARKET_ACTOR)]
    applyAs(tree, context, {
      from: idAddress(VERIFREG_ACTOR),
      to: idAddress(DATACAP_ACTOR),
      method: DatacapMethod.MintExported,
      params: Payload.of(MintParams, { to, amount: bytes * ATTO_DATACAP, operators }),
      value: 0n,
    })
  })
}
