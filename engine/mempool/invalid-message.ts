/** A message the pool does not take, with the reason as data. */
export type InvalidMessageReason =
  | { code: 'too-large'; bytes: number; max: number }
  | { code: 'bad-field'; field: string; why: string }
  | { code: 'bad-signature'; from: string }
  | { code: 'unknown-sender'; from: string }
  | { code: 'nonce-too-low'; expected: bigint; got: bigint }
  | { code: 'nonce-gap'; expected: bigint; got: bigint }
  | { code: 'replacement-underpriced'; needed: bigint; got: bigint }
  | { code: 'insufficient-funds'; needed: bigint; balance: bigint }

export class InvalidMessage extends Error {
  override name = 'InvalidMessage'
  readonly reason: InvalidMessageReason

  constructor(reason: InvalidMessageReason) {
    super(describe(reason))
    this.reason = reason
  }
}

function describe(reason: InvalidMessageReason): string {
  switch (reason.code) {
    case 'too-large':
      return `message too large: ${reason.bytes} bytes, at most ${reason.max}`
    case 'bad-field':
      return `invalid ${reason.field}: ${reason.why}`
    case 'bad-signature':
      return `invalid signature for ${reason.from}`
    case 'unknown-sender':
      return `sender ${reason.from} does not exist or cannot send`
    case 'nonce-too-low':
      return `nonce too low: expected ${reason.expected}, got ${reason.got}`
    case 'nonce-gap':
      return `nonce gap: expected ${reason.expected}, got ${reason.got}`
    case 'replacement-underpriced':
      return `replacement transaction underpriced: gas premium ${reason.needed} needed, got ${reason.got}`
    case 'insufficient-funds':
      return `not enough funds: ${reason.needed} attoFIL needed, balance ${reason.balance}`
  }
}
