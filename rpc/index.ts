/** The RPC of a devnet: requests by name in, answers out. The server and the library both speak through it. */
import type { Devnet } from '../engine/devnet.ts'
import type { RpcContext } from './context.ts'
import { paramsOf, type RpcRequest } from './dispatch.ts'
import { asRpcError, RPC_CODE, RpcError } from './errors.ts'
import { EthIndex } from './eth-index.ts'
import type { Method } from './method.ts'
import { METHODS } from './methods/index.ts'

export interface Rpc {
  /**
   * Answers one request (EIP-1193).
   * @param signal - aborted when nobody waits for the answer any more.
   * @throws RpcError with `code`, `message` and sometimes `data`.
   */
  request(request: RpcRequest, signal?: AbortSignal): Promise<unknown>
}

const METHODS_BY_NAME: ReadonlyMap<string, Method> = new Map(METHODS.map((m) => [m.name, m]))

export function createRpc(devnet: Devnet): Rpc {
  const { node } = devnet
  const context: RpcContext = { devnet, node, index: new EthIndex(node) }
  return {
    async request(request, signal) {
      const found = METHODS_BY_NAME.get(request.method)
      if (!found)
        throw new RpcError(RPC_CODE.methodNotFound, `method '${request.method}' not found`)
      try {
        const given = signal ? { ...context, signal } : context
        return (await found.invoke(given, paramsOf(request))) ?? null
      } catch (error) {
        throw asRpcError(error)
      }
    },
  }
}
