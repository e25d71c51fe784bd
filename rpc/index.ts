/** The RPC of a devnet: requests by name in, answers out. The server and the library both speak through it. */
import type { Devnet } from '../engine/devnet.ts'
import type { RpcContext } from './context.ts'
import { paramsOf, type RpcRequest } from './dispatch.ts'
import { asRpcError, RPC_CODE, RpcError } from './errors.ts'
import { Artifacts } from './artifacts.ts'
import { ChainObjects } from './chain-objects.ts'
import { startLog } from './devnet-log.ts'
import { EthIndex } from './eth-index.ts'
import { Filters } from './filters.ts'
import { Inbox } from './inbox.ts'
import { keepRootsReady } from './idle-roots.ts'
import { IntervalMining } from './interval-mining.ts'
import type { Method } from './method.ts'
import { isOnLotus, METHODS } from './methods/index.ts'

export type RpcCaller = Pick<RpcContext, 'gone' | 'connection' | 'takesPieces'>

export interface Rpc {
  /**
   * Answers one request (EIP-1193).
   * @param caller - who asks, where that matters.
   * @throws RpcError with `code`, `message` and sometimes `data`.
   */
  request(request: RpcRequest, caller?: RpcCaller): Promise<unknown>
}

export interface DevnetRpc extends Rpc {
  /** Tipsets by the wall clock. */
  readonly intervals: IntervalMining
}

const METHODS_BY_NAME: ReadonlyMap<string, Method> = new Map(METHODS.map((m) => [m.name, m]))

export interface RpcOptions {
  /** Contracts whose errors are to be shown by name. */
  readonly artifacts?: Artifacts
  /** Given lines for the devnet's user: what contracts print, and why messages fail. */
  readonly log?: (line: string) => void
  /** Whether to answer as Lotus does and no more. */
  readonly strictLotus?: boolean
  /** Whether nobody who asks can look at the node itself, so that answers may come before the tipset they are about. */
  readonly isRemote?: boolean
}

export function createRpc(
  devnet: Devnet,
  { strictLotus = false, artifacts = new Artifacts(), log, isRemote = false }: RpcOptions = {},
): DevnetRpc {
  const { node } = devnet
  const context: RpcContext = {
    devnet,
    node,
    strict: strictLotus,
    artifacts,
    log(line) {
      if (devnet.logging) log?.(line)
    },
    index: new EthIndex(node),
    objects: new ChainObjects(node),
    inbox: new Inbox(devnet, { isRemote, log: (line) => context.log(line) }),
    filters: new Filters(),
    intervals: new IntervalMining(devnet),
  }
  if (log) startLog(context)
  keepRootsReady(node)
  return {
    intervals: context.intervals,
    async request(request, caller) {
      const found = METHODS_BY_NAME.get(request.method)
      if (!found || (strictLotus && !isOnLotus(found)))
        throw new RpcError(RPC_CODE.methodNotFound, `method '${request.method}' not found`)
      // What somebody was told has to be there for everybody.
      if (context.inbox.settled) await context.inbox.settled
      try {
        const given = caller ? { ...context, ...caller, requestId: request.id } : context
        return (await found.invoke(given, paramsOf(request))) ?? null
      } catch (error) {
        throw asRpcError(error)
      }
    },
  }
}
