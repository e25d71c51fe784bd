/** Fast finality, which one node alone has no use for: Lotus' answers where it is off. Reference: Lotus `node/impl/full/f3.go`. */
import { RPC_CODE, RpcError } from '../errors.ts'
import type { Method } from '../method.ts'

export const f3Methods = [
  'F3GetCertificate',
  'F3GetECPowerTable',
  'F3GetF3PowerTable',
  'F3GetLatestCertificate',
  'F3GetManifest',
  'F3GetOrRenewParticipationTicket',
  'F3GetPowerTableByInstance',
  'F3GetProgress',
  'F3IsRunning',
  'F3ListParticipants',
  'F3Participate',
].map((name): Method => ({
  name: `Filecoin.${name}`,
  invoke() {
    throw new RpcError(RPC_CODE.f3Disabled, 'f3 is disabled')
  },
}))
