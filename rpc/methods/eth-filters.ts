/** Logs, filters and subscriptions. Reference: Lotus `node/impl/eth/{events,subscriptions}.go`. */
import { ethHashOfMessage, hexData } from '../../engine/chain/eth-json.ts'
import type { RpcContext } from '../context.ts'
import { ethHash, optional, text } from '../decoders.ts'
import { invalidParams, refused } from '../errors.ts'
import { ethBlockJson } from '../eth-blocks.ts'
import {
  findLogs,
  type LogFilter,
  logFilter,
  logPattern,
  type LogPattern,
  matcherOf,
  matchingLogs,
} from '../log-filter.ts'
import { type Decoder, method, Mismatch } from '../method.ts'

const EVERYTHING: LogPattern = { addresses: [], topics: [] }

/** Ids are 32 bytes; clients may send them without leading zeros. */
const filterId: Decoder<string> = (value) => {
  if (typeof value !== 'string' || !/^0x[\da-f]{1,64}$/i.test(value))
    throw new Mismatch('a filter id', value)
  return hexData(ethHash(value.slice(2).padStart(64, '0')))
}

export const ethFilterMethods = [
  method<[LogFilter]>('eth_getLogs', [logFilter], findLogs),
  method<[LogFilter]>('eth_newFilter', [logFilter], (context, filter) =>
    context.filters.addLogs(context, filter),
  ),
  method('eth_newBlockFilter', [], (context) => context.filters.addBlocks(context)),
  method('eth_newPendingTransactionFilter', [], (context) => context.filters.addPending(context)),
  method<[string]>('eth_getFilterChanges', [filterId], (context, id) =>
    context.filters.changes(context, id),
  ),
  method<[string]>('eth_getFilterLogs', [filterId], (context, id) =>
    context.filters.logs(context, id),
  ),
  method<[string]>('eth_uninstallFilter', [filterId], ({ filters }, id) => filters.remove(id)),
  method<[string, LogPattern]>(
    'eth_subscribe',
    [text, optional(logPattern, EVERYTHING)],
    subscribe,
  ),
  method<[string]>('eth_unsubscribe', [filterId], (context, id) =>
    connectionOf(context).unsubscribe(id),
  ),
]

type Subscription = (
  context: RpcContext,
  pattern: LogPattern,
  tell: (result: unknown) => void,
) => () => void

const SUBSCRIPTIONS: ReadonlyMap<string, Subscription> = new Map<string, Subscription>([
  [
    'newHeads',
    (context, _, tell) =>
      context.node.subscribe((tipset) => tell(ethBlockJson(context, tipset, true))),
  ],
  [
    'logs',
    (context, pattern, tell) =>
      context.node.subscribe((tipset) => {
        // An actor that is asked for may have been made since.
        for (const log of matchingLogs(context, tipset, matcherOf(context, pattern))) tell(log)
      }),
  ],
  [
    'newPendingTransactions',
    ({ node }, _, tell) =>
      node.subscribeMessages((signed) =>
        tell(hexData(ethHashOfMessage(signed, node.params.chainId))),
      ),
  ],
])

function subscribe(context: RpcContext, kind: string, pattern: LogPattern): string {
  const connection = connectionOf(context)
  const begin = SUBSCRIPTIONS.get(kind)
  if (!begin) throw invalidParams(`eth_subscribe param 0: unsupported event type: ${kind}`)
  return connection.subscribe((id) =>
    begin(context, pattern, (result) =>
      connection.notify('eth_subscription', { subscription: id, result }),
    ),
  )
}

/** @throws RpcError for a client that asks over HTTP */
function connectionOf({ connection }: RpcContext) {
  if (!connection) throw refused(`connection doesn't support callbacks: use WebSocket`)
  return connection
}
