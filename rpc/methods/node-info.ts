/** The node itself, as those ask for it who expect one on a network with a door. There is no network and no door here. */
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { listOf, text } from '../decoders.ts'
import { method } from '../method.ts'
import { tipsetJson } from '../tipsets.ts'

const PERMISSIONS = ['read', 'write', 'sign', 'admin'] as const
/** Length of a sync that has come to its end. */
const SYNC_COMPLETE = 5

export const nodeInfoMethods = [
  method('Filecoin.ID', [], ({ devnet }) => `pithead-${devnet.seed}`),
  method('Filecoin.Session', [], () => '00000000-0000-0000-0000-000000000000'),
  method('Filecoin.NetPeers', [], () => []),
  method('Filecoin.NetAddrsListen', [], ({ devnet }) => ({
    ID: `pithead-${devnet.seed}`,
    Addrs: [],
  })),
  method<[readonly string[]]>('Filecoin.AuthNew', [listOf(text)], (_, wanted) =>
    encodeBase64(utf8(JSON.stringify({ Allow: wanted }))),
  ),
  method<[string]>('Filecoin.AuthVerify', [text], () => PERMISSIONS),
  method('Filecoin.SyncState', [], (context) => ({
    ActiveSyncs: [
      {
        WorkerID: 0,
        Base: tipsetJson(context, context.node.head),
        Target: tipsetJson(context, context.node.head),
        Stage: SYNC_COMPLETE,
        Height: integerToJson(BigInt(context.node.head.height)),
        Message: '',
      },
    ],
    VMApplied: 0,
  })),
]
