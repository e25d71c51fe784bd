/** Blocks, tipsets and messages as they are on the chain. */
import { headerToJson } from '../../engine/chain/block-json.ts'
import { messageToJson } from '../../engine/chain/message.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { cid, epoch, tipsetKey } from '../decoders.ts'
import { refused } from '../errors.ts'
import { messageOf } from '../message-search.ts'
import { method } from '../method.ts'
import { tipsetAt, tipsetJson, tipsetOf } from '../tipsets.ts'
import { CLIENT_VERSION } from '../version.ts'

/** Version of Lotus' full-node API that is answered like: 2.3.0. */
const API_VERSION = 0x020300

export const chainMethods = [
  method('Filecoin.Version', [], ({ node }) => ({
    Version: CLIENT_VERSION,
    APIVersion: API_VERSION,
    BlockDelay: node.params.blockDelay,
    Agent: 'pithead',
  })),
  method('Filecoin.ChainHead', [], (context) => tipsetJson(context, context.node.head)),
  method('Filecoin.ChainGetGenesis', [], (context) =>
    tipsetJson(context, context.node.store.genesis),
  ),
  method<[readonly Cid[]]>('Filecoin.ChainGetTipSet', [tipsetKey], (context, key) =>
    tipsetJson(context, tipsetOf(context, key)),
  ),
  method<[ChainEpoch, readonly Cid[]]>(
    'Filecoin.ChainGetTipSetByHeight',
    [epoch, tipsetKey],
    (context, height, key) =>
      tipsetJson(context, tipsetAt(context, height, tipsetOf(context, key))),
  ),
  method<[Cid]>('Filecoin.ChainGetBlock', [cid], ({ node }, id) => {
    const header = node.store.block(id)
    if (!header) throw refused(`block not found: ${id}`)
    return headerToJson(header, node.params.letter)
  }),
  method<[Cid]>('Filecoin.ChainGetMessage', [cid], (context, id) =>
    messageToJson(messageOf(context, id).message, context.node.params.letter),
  ),
]
