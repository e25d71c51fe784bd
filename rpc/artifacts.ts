/** What compilers say of contracts, to give names to what they revert with and are called by. */
import { toHex } from '../primitives/bytes.ts'
import { type AbiParam, decodeArguments, selectorOf, signatureOf } from './abi.ts'
import { objectFields } from './eth-params.ts'
import { Mismatch } from './method.ts'

interface Named {
  readonly name: string
  readonly params: readonly AbiParam[]
}

export class Artifacts {
  readonly #errors = new Map<string, Named>()
  readonly #functions = new Map<string, string>()

  /**
   * Takes in the ABI of a contract, out of an artifact of Hardhat's or Foundry's.
   * @returns false for what is no artifact.
   */
  add(artifact: unknown): boolean {
    try {
      const { abi } = objectFields(artifact, 'an artifact')
      if (!Array.isArray(abi)) return false
      for (const entry of abi) this.#addEntry(objectFields(entry, 'an entry of an ABI'))
      return true
    } catch (error) {
      if (error instanceof Mismatch) return false
      throw error
    }
  }

  #addEntry({ type, name, inputs }: Readonly<Record<string, unknown>>): void {
    if (typeof name !== 'string' || (type !== 'error' && type !== 'function')) return
    const params = paramsOf(inputs)
    const signature = signatureOf(name, params)
    if (type === 'error') this.#errors.set(selectorOf(signature), { name, params })
    else this.#functions.set(selectorOf(signature), signature)
  }

  /** `TooMuch(asked: 2000, limit: 1000)`; undefined for an error that nobody has told of. */
  describeError(data: Uint8Array): string | undefined {
    const found = this.#errors.get(`0x${toHex(data.subarray(0, 4))}`)
    const values = found && decodeArguments(found.params, data.subarray(4))
    if (!found || !values) return undefined
    const args = values.map((value, i) => {
      const { name } = found.params[i]!
      return name === '' ? value : `${name}: ${value}`
    })
    return `${found.name}(${args.join(', ')})`
  }

  /** `move(uint256,string)`; undefined for calldata of a function that nobody has told of. */
  functionOf(data: Uint8Array): string | undefined {
    return this.#functions.get(`0x${toHex(data.subarray(0, 4))}`)
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
