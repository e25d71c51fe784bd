/** The verified registry (f06): who may hand out datacap, what it was promised for, and what providers have claimed. */
import type { Address } from '../../primitives/address.ts'
import { address } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import { BatchReturn } from '../batch-return.ts'
import { UniversalReceiverParams } from '../frc46.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { claimAllocations, extendClaimTerms, getClaims } from './claims.ts'
import { removeVerifiedClientDataCap } from './datacap-removal.ts'
import { removeExpiredAllocations, removeExpiredClaims } from './expiration.ts'
import * as p from './params.ts'
import { receive } from './receiver-hook.ts'
import { initialVerifregState, VerifregState } from './state.ts'
import { addVerifiedClient, addVerifier, removeVerifier } from './verifiers.ts'

const M = p.VerifregMethod

const AddVerifiedClient = method('AddVerifiedClient', p.VerifierParams, null, addVerifiedClient)
const RemoveExpiredAllocations = method(
  'RemoveExpiredAllocations',
  p.RemoveExpiredAllocationsParams,
  p.RemoveExpiredAllocationsReturn,
  removeExpiredAllocations,
)
const GetClaims = method('GetClaims', p.GetClaimsParams, p.GetClaimsReturn, getClaims)
const ExtendClaimTerms = method(
  'ExtendClaimTerms',
  p.ExtendClaimTermsParams,
  BatchReturn,
  extendClaimTerms,
)
const RemoveExpiredClaims = method(
  'RemoveExpiredClaims',
  p.RemoveExpiredClaimsParams,
  p.RemoveExpiredClaimsReturn,
  removeExpiredClaims,
)

export const verifregActor = defineActor<VerifregState>({
  type: 'verifiedregistry',
  state: VerifregState,
  methods: {
    [M.Constructor]: method('Constructor', address, null, constructor),
    [M.AddVerifier]: method('AddVerifier', p.VerifierParams, null, addVerifier),
    [M.RemoveVerifier]: method('RemoveVerifier', address, null, removeVerifier),
    [M.AddVerifiedClient]: AddVerifiedClient,
    [M.RemoveVerifiedClientDataCap]: method(
      'RemoveVerifiedClientDataCap',
      p.RemoveDataCapParams,
      p.RemoveDataCapReturn,
      removeVerifiedClientDataCap,
    ),
    [M.RemoveExpiredAllocations]: RemoveExpiredAllocations,
    [M.ClaimAllocations]: method(
      'ClaimAllocations',
      p.ClaimAllocationsParams,
      p.ClaimAllocationsReturn,
      claimAllocations,
    ),
    [M.GetClaims]: GetClaims,
    [M.ExtendClaimTerms]: ExtendClaimTerms,
    [M.RemoveExpiredClaims]: RemoveExpiredClaims,
    [M.AddVerifiedClientExported]: AddVerifiedClient,
    [M.RemoveExpiredAllocationsExported]: RemoveExpiredAllocations,
    [M.GetClaimsExported]: GetClaims,
    [M.ExtendClaimTermsExported]: ExtendClaimTerms,
    [M.RemoveExpiredClaimsExported]: RemoveExpiredClaims,
    [M.Receive]: method('Receive', UniversalReceiverParams, p.AllocationsResponse, receive),
  },
})

function constructor(rt: Runtime<VerifregState>, rootKey: Address): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  const root = rt.resolve(rootKey)
  require(root !== undefined, ExitCode.IllegalArgument, 'root should be an ID address')
  rt.create(initialVerifregState(root))
}
