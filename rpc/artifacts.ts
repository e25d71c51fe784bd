/** What compilers say of contracts, to give names to what they revert with. */
import { toHex } from '../primitives/bytes.ts'
import { type AbiParam, decodeArguments, selectorOf, signatureOf } from './abi.ts'
import { objectFields } from './eth-params.ts'
import { Mismatch } from './method.ts'

interface Named {
  readonly name: string
  readonly params: readonly AbiParam[]
}

export class Artifacts {
  readonly #found: Named[] = []
  /** Errors by selector; made when somebody first asks. */
  #errors: ReadonlyMap<string, Named> | undefined

  /**
   * Takes in the ABI of a contract, out of an artifact of Hardhat's or Foundry's.
   * @returns false for what is no artifact.
   */
  add(artifact: unknown): boolean {
    try {
      const { abi } = objectFields(artifact, 'an artifact')
      if (!Array.isArray(abi)) return false
      const entries = abi.map((entry) => objectFields(entry, 'an entry of an ABI'))
      for (const { type, name, inputs } of entries)
        if (type === 'error' && typeof name === 'string')
          this.#found.push({ name, params: paramsOf(inputs) })
      this.#errors = undefined
      return true
    } catch (error) {
      if (error instanceof Mismatch) return false
      throw error
    }
  }

  /** `TooMuch(asked: 2000, limit: 1000)`; undefined for an error that nobody has told of. */
  describeError(data: Uint8Array): string | undefined {
    this.#errors ??= new Map(
      this.#found.map((error) => [selectorOf(signatureOf(error.name, error.params)), error]),
    )
    const found = this.#errors.get(`0x${toHex(data.subarray(0, 4))}`)
    const values = found && decodeArguments(found.params, data.subarray(4))
    if (!found || !values) return undefined
    const args = values.map((value, i) => {
      const { name } = found.params[i]!
      return name === '' ? value : `${name}: ${value}`
    })
    return `${found.name}(${args.join(', ')})`
  }
}

function paramsOf(inputs: unknown): AbiParam[] {
  if (!Array.isArray(inputs)) return []
  return inputs.map((input) => {
    const { name, type, components } = objectFields(input, 'a parameter')
    if (typeof type !== 'string') throw new Mismatch('a type', type)
    return {
      name: typeof name === 'string' ? name : '',
      type,
      components: paramsOf(components),
    }
  })
}
