/** Contracts. The table is empty: only their state can be read. */
import { defineActor } from '../actor.ts'
import { EvmState } from './state.ts'

export const evmActor = defineActor<EvmState>({
  type: 'evm',
  state: EvmState,
  restricted: false,
  methods: {},
})
