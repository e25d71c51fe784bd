/** Whom messages may be sent for without a signature: chosen actors, or all. */
import type { Address } from '../primitives/address.ts'
import type { StateTree } from './vm/state-tree.ts'

export class Impersonation {
  /** Whether any actor may be impersonated. */
  everyone = false
  #addresses: readonly Address[] = []

  start(address: Address): void {
    this.stop(address)
    this.#addresses = [...this.#addresses, address]
  }

  stop(address: Address): void {
    this.#addresses = this.#addresses.filter((known) => !known.equals(address))
  }

  clear(): void {
    this.#addresses = []
    this.everyone = false
  }

  /** An actor counts by each of its addresses. */
  allows(address: Address, tree: StateTree): boolean {
    if (this.everyone) return true
    const id = tree.resolve(address)
    return this.#addresses.some(
      (known) => known.equals(address) || (id !== undefined && tree.resolve(known) === id),
    )
  }
}
