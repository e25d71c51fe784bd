/** Running messages without sending them, and again after they were. Reference: Lotus `node/impl/full/state.go`. */
import { ExitCode } from '../../actors/exit-codes.ts'
import type { Message } from '../../engine/chain/message.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { RpcContext } from '../context.ts'
import { cid, epoch, listOf, message, tipsetKey } from '../decoders.ts'
import { actorNotFound, refused } from '../errors.ts'
import { callToJson, invocationToJson } from '../exec-trace.ts'
import { method } from '../method.ts'
import { shownAddress } from '../actors.ts'
import { tipsetAt, tipsetOf } from '../tipsets.ts'

export const executionMethods = [
  method<[Message, readonly Cid[]]>(
    'Filecoin.StateCall',
    [message, tipsetKey],
    (context, asked, key) => callAfter(context, asked, tipsetOf(context, key)),
  ),
  method<[readonly Cid[], Cid]>(
    'Filecoin.StateReplay',
    [tipsetKey, cid],
    (context, key, wanted) => {
      const tipset =
        key.length > 0 ? tipsetOf(context, key) : context.node.store.locate(wanted)?.tipset
      if (!tipset) throw refused(`didn't find msg ${wanted}`)
      const found = context.node.retrace(tipset).find((outcome) => outcome.cid.equals(wanted))
      if (!found) throw refused('given message not found in tipset')
      const { message: signed, cid: id, result } = found
      return invocationToJson(context, { message: signed.message, cid: id, result })
    },
  ),
  method<[ChainEpoch, readonly Message[], readonly Cid[]]>(
    'Filecoin.StateCompute',
    [epoch, listOf(message), tipsetKey],
    (context, height, extra, key) => {
      if (extra.length > 0) throw refused('messages on top of a tipset are for StateCall')
      const tipset = tipsetAt(context, height, tipsetOf(context, key))
      const { node } = context
      return {
        Root: node.store.execution(tipset).stateRoot.toJSON(),
        Trace: node
          .retrace(tipset)
          .map(({ message: signed, cid: id, result }) =>
            invocationToJson(context, { message: signed.message, cid: id, result }),
          ),
      }
    },
  ),
]

/** What a message does in the state after a tipset; any actor may be its sender. */
function callAfter(context: RpcContext, asked: Message, tipset: Tipset) {
  const { node } = context
  const gas = asked.gasLimit > 0n ? { gasLimit: Number(asked.gasLimit) } : {}
  const result = node.call(asked, {
    ...gas,
    tipset,
    epoch: tipset.height,
    traced: true,
    anySender: true,
  })
  if (result.exitCode === ExitCode.SysSenderInvalid)
    throw actorNotFound(shownAddress(context, asked.from))
  return callToJson(context, asked, result)
}
