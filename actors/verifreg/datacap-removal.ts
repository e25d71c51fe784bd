/** Taking datacap away from a client, which the root does where two verifiers have signed for it. */
import { idAddress } from '../../primitives/address.ts'
import { concatBytes, utf8 } from '../../primitives/bytes.ts'
import { bool, encode } from '../../primitives/codec.ts'
import { type ActorId, min } from '../../primitives/units.ts'
import { AccountMethod, AuthenticateMessageParams } from '../account/params.ts'
import { returned } from '../returned.ts'
import {
  type Draft,
  ExitCode,
  Payload,
  require,
  resolveToActorId,
  type Runtime,
} from '../runtime.ts'
import { VERIFREG_ACTOR } from '../singletons.ts'
import {
  REMOVE_DATACAP_DOMAIN,
  type RemoveDataCapParams,
  RemoveDataCapProposal,
  type RemoveDataCapRequest,
  type RemoveDataCapReturn,
} from './params.ts'
import type { VerifregState } from './state.ts'
import { datacapBalance, destroyDatacap } from './token-requests.ts'

/**
 * Burns what a client has, up to an amount. For the root only.
 *
 * @throws ActorError `NotFound` for verifiers that are none, `IllegalArgument` for one verifier twice, for the registry
 *   itself, and for signatures that are not theirs.
 * @see builtin-actors `actors/verifreg/src/lib.rs`, `remove_verified_client_data_cap`
 */
export function removeVerifiedClientDataCap(
  rt: Runtime<VerifregState>,
  params: RemoveDataCapParams,
): RemoveDataCapReturn {
  const { verifiedClientToRemove, verifierRequest1, verifierRequest2 } = params
  const client = resolveToActorId(rt, verifiedClientToRemove, false)
  const verifier1 = resolveToActorId(rt, verifierRequest1.verifier)
  const verifier2 = resolveToActorId(rt, verifierRequest2.verifier)
  require(verifier1 !== verifier2, ExitCode.IllegalArgument, 'two different verifiers are needed')

  // The ids are used up before anybody is asked, so that nobody who is asked can use them again.
  const [id1, id2] = rt.transaction((state) => {
    rt.acceptCaller(state.rootKey)
    require(!verifiedClientToRemove.equals(
      idAddress(VERIFREG_ACTOR),
    ), ExitCode.IllegalArgument, 'the registry keeps its datacap')
    for (const id of [verifier1, verifier2])
      require(state.verifiers.has(id), ExitCode.NotFound, `f0${id} is not a verifier`)
    return [useProposalId(state, verifier1, client), useProposalId(state, verifier2, client)]
  })
  requireSignature(rt, verifierRequest1, id1!, params, client)
  requireSignature(rt, verifierRequest2, id2!, params, client)

  const removed = min(datacapBalance(rt, client), params.dataCapAmountToRemove)
  destroyDatacap(rt, client, removed)
  return { verifiedClient: idAddress(client), dataCapRemoved: removed }
}

/** The id that a verifier's signature must be about, which counts its requests for a client. */
function useProposalId(state: Draft<VerifregState>, verifier: ActorId, client: ActorId): bigint {
  const key = concatBytes(idAddress(verifier).bytes, idAddress(client).bytes)
  const id = state.removeDataCapProposalIds.get(key)?.id ?? 0n
  state.removeDataCapProposalIds = state.removeDataCapProposalIds.set(key, { id: id + 1n })
  return id
}

function requireSignature(
  rt: Runtime,
  { verifier, signature }: RemoveDataCapRequest,
  id: bigint,
  { dataCapAmountToRemove }: RemoveDataCapParams,
  client: ActorId,
): void {
  const proposal = encode(RemoveDataCapProposal, {
    verifiedClient: idAddress(client),
    dataCapAmount: dataCapAmountToRemove,
    removalProposalId: { id },
  })
  const message = concatBytes(utf8(REMOVE_DATACAP_DOMAIN), proposal)
  const params = Payload.of(AuthenticateMessageParams, { signature: signature.data, message })
  const method = AccountMethod.AuthenticateMessage
  const valid = returned(rt.send(verifier, method, params, 0n, { readOnly: true }), bool)
  require(valid, ExitCode.IllegalArgument, 'proposal authentication failed')
}
