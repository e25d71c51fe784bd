/** Who makes blocks. */
import type { Address } from '../../primitives/address.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { powerStateOf } from '../consensus/lookback.ts'
import type { Node } from '../node.ts'

/**
 * Has one miner alone make blocks, in the epochs that it wins.
 * @throws InvalidInput for an actor that has no power: it would never win.
 */
export function setProducer(
  node: Node,
  address: Address,
  shown: (address: Address) => string,
): void {
  const id = node.state.resolve(address)
  const claim = id === undefined ? undefined : powerStateOf(node.state).claims.get(id)
  if (id === undefined || !claim || claim.qualityAdjPower <= 0n)
    throw new InvalidInput(
      'coinbase',
      `${shown(address)} is no miner with power: blocks are made by those who win elections`,
    )
  node.overrides = { ...node.overrides, producer: id }
}
