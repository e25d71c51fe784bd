/** What a cheat may try: each column makes requests that an honest verifier should judge alike. */
import { concatBytes } from '../../../primitives/bytes.ts'
import type { Cid } from '../../../primitives/cid.ts'
import { bls } from '../../../primitives/crypto/bls.ts'
import { blsSecretFromSeed } from '../../../primitives/crypto/keys.ts'
import { replicaCid } from '../../../primitives/data-commitment.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { actorId } from '../../../primitives/units.ts'
import type { Damage } from '../../../proofs-mock/faults.ts'
import { mockSetup } from '../../../proofs-mock/setup.ts'
import { proofJobs, type ProofRequest } from '../../../proofs-mock/verifier.ts'
import { type Case, HONEST, type Subject } from './subjects.ts'

export interface Column {
  readonly name: string
  /** Requests of this column. A prover that will not sign throws Unprovable: refused. */
  requests(subject: Subject): readonly (() => ProofRequest)[]
}

export const SETUP = mockSetup('soundness')
const OTHER_NETWORK = mockSetup('another network')

/** A proof of something else, put forward for the honest case. */
const insteadOf = (name: string, changed: Partial<Case>): Column => ({
  name,
  requests: (subject) => [
    () => withProof(honest(subject), proofOf(subject.request(SETUP, { ...HONEST, ...changed }))),
  ],
})

/** The honest proof, its bytes changed. */
const changedTo = (
  name: string,
  ...changes: ((proof: Uint8Array, subject: Subject) => Uint8Array)[]
): Column => ({
  name,
  requests: (subject) =>
    changes.map((change) => () => {
      const request = honest(subject)
      return withProof(request, change(proofOf(request), subject))
    }),
})

const FLIPS = 48
const SIGNATURE_AT = 48

export const COLUMNS: readonly Column[] = [
  { name: 'honest', requests: (subject) => [() => honest(subject)] },
  changedTo('wrong prover', (proof, subject) => {
    const { message } = proofJobs(SETUP, honest(subject))![0]!
    return spliced(proof, bls().sign(blsSecretFromSeed(Uint8Array.of(9)), message))
  }),
  insteadOf('wrong miner', { miner: actorId(1001) }),
  insteadOf('wrong sector', { sector: 8n }),
  insteadOf('wrong randomness', { chain: 2 }),
  insteadOf('wrong epoch', { epoch: HONEST.epoch + 1 }),
  {
    name: 'wrong commitment',
    requests: (subject) => recommitted(honest(subject)).map((request) => () => request),
  },
  { name: 'wrong proof type', requests: (s) => [() => s.retype(honest(s))] },
  insteadOf('replayed', { epoch: HONEST.epoch - 2880 }),
  {
    name: 'other network',
    requests: (subject) => [() => subject.request(OTHER_NETWORK, HONEST)],
  },
  {
    name: 'flipped bit',
    requests: (subject) =>
      Array.from({ length: FLIPS }, (_, i) => () => {
        const request = honest(subject)
        const proof = proofOf(request).slice()
        proof[Math.floor((i * proof.length) / FLIPS)]! ^= 1 << (i & 7)
        return withProof(request, proof)
      }),
  },
  changedTo(
    'bad point',
    (proof) => spliced(proof, Uint8Array.of(0xc0, ...new Uint8Array(95))),
    (proof) => spliced(proof, new Uint8Array(96).fill(0xff)),
    (proof) => spliced(proof, new Uint8Array(96)),
    (proof) => spliced(proof, outsideSubgroup()),
    (proof) => spliced(proof, Uint8Array.of(proof[SIGNATURE_AT]! & 0x7f, ...proof.slice(49, 144))),
  ),
  changedTo(
    'truncated',
    (proof) => proof.subarray(0, proof.length - 1),
    (proof) => proof.subarray(0, proof.length - 192),
    (proof) => proof.subarray(1),
    (proof) => proof.subarray(0, 1),
  ),
  changedTo(
    'padded',
    (proof) => concatBytes(proof, new Uint8Array(1)),
    (proof) => concatBytes(proof, proof.subarray(0, 192)),
    (proof) => concatBytes(new Uint8Array(1), proof),
  ),
  changedTo('empty', () => new Uint8Array()),
  lossOf('lost node challenged', true),
  lossOf('lost node not challenged', false),
  changedTo('swapped partitions', (proof, subject) =>
    proof.length >= 384
      ? concatBytes(proof.subarray(192, 384), proof.subarray(0, 192), proof.subarray(384))
      : // The only partition: the one of the next sector in its place.
        proofOf(subject.request(SETUP, { ...HONEST, sector: HONEST.sector + 1n })),
  ),
]

function lossOf(name: string, isChallenged: boolean): Column {
  return {
    name,
    requests(subject) {
      const { nodes, count } = subject.challenged(HONEST)
      const all = Array.from({ length: count }, (_, i) => i)
      const lost = all.filter((i) => nodes.includes(i) === isChallenged)
      const damages: Damage[] = isChallenged
        ? lost.slice(0, 4).flatMap((i) => [
            { kind: 'lost-nodes', nodes: [i] },
            { kind: 'corrupted-nodes', nodes: [i] },
          ])
        : [
            { kind: 'lost-nodes', nodes: lost },
            { kind: 'corrupted-nodes', nodes: lost },
          ]
      return damages.map((damage) => () => subject.request(SETUP, HONEST, damage))
    },
  }
}

const honestRequests = new Map<Subject, ProofRequest>()

function honest(subject: Subject): ProofRequest {
  const known = honestRequests.get(subject)
  if (known) return known
  const made = subject.request(SETUP, HONEST)
  honestRequests.set(subject, made)
  return made
}

function proofOf(request: ProofRequest): Uint8Array {
  const { kind, info } = request
  return kind === 'window-post' || kind === 'winning-post' ? info.proofs[0]!.proofBytes : info.proof
}

function withProof(request: ProofRequest, proof: Uint8Array): ProofRequest {
  const { kind, info } = request
  if (kind === 'window-post' || kind === 'winning-post')
    return { kind, info: { ...info, proofs: [{ ...info.proofs[0]!, proofBytes: proof }] } }
  return { kind, info: { ...info, proof } } as ProofRequest
}

const spliced = (proof: Uint8Array, signature: Uint8Array): Uint8Array =>
  concatBytes(proof.subarray(0, 48), signature, proof.subarray(144))

/** A point of the curve, which a sum takes; one in 2³⁰⁵ of them is in the subgroup. */
function outsideSubgroup(): Uint8Array {
  for (let x = 1; x < 100; x++) {
    const point = new Uint8Array(96)
    point[0] = 0x80
    point[95] = x
    try {
      return bls().aggregate([point])
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
    }
  }
  throw new Error('no small x is on the curve')
}

const OTHER: Cid = replicaCid(new Uint8Array(32).fill(5))

/** The request with each commitment in it replaced, one at a time. */
function recommitted(request: ProofRequest): ProofRequest[] {
  const { kind, info } = request
  if (kind === 'window-post' || kind === 'winning-post')
    return info.challengedSectors.map((_, changed) => {
      const challengedSectors = info.challengedSectors.map((sector, i) =>
        i === changed ? { ...sector, sealedCid: OTHER } : sector,
      )
      return { kind, info: { ...info, challengedSectors } }
    })
  if (kind === 'aggregate')
    return info.infos.flatMap((_, changed) =>
      (['sealedCid', 'unsealedCid'] as const).map((field) => {
        const infos = info.infos.map((one, i) => (i === changed ? { ...one, [field]: OTHER } : one))
        return { kind, info: { ...info, infos } }
      }),
    )
  const fields =
    kind === 'seal'
      ? ['sealedCid', 'unsealedCid']
      : ['oldSealedCid', 'newSealedCid', 'newUnsealedCid']
  return fields.map((field) => ({ kind, info: { ...info, [field]: OTHER } }) as ProofRequest)
}
