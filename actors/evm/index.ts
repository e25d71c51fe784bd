/** Contracts of Filecoin's EVM: one actor each. What one contract calls of another is a message from actor to actor. */
import { byteString } from '../../primitives/codec.ts'
import { u256 } from '../../primitives/u256.ts'
import { defineActor, method } from '../actor.ts'
import { constructor, resurrect } from './constructor.ts'
import { handleFilecoinMethod, invokeContract, invokeContractDelegate } from './invoke.ts'
import {
  BytecodeHash,
  BytecodeReturn,
  ConstructorParams,
  DelegateCallParams,
  EvmMethod,
  GetStorageAtParams,
} from './params.ts'
import { getBytecode, getBytecodeHash, getStorageAt } from './queries.ts'
import { EvmState } from './state.ts'

export const evmActor = defineActor<EvmState>({
  type: 'evm',
  state: EvmState,
  restricted: false,
  methods: {
    [EvmMethod.Constructor]: method('Constructor', ConstructorParams, null, constructor),
    [EvmMethod.Resurrect]: method('Resurrect', ConstructorParams, null, resurrect),
    [EvmMethod.GetBytecode]: method('GetBytecode', null, BytecodeReturn, getBytecode, {
      linked: 'returns',
    }),
    [EvmMethod.GetBytecodeHash]: method('GetBytecodeHash', null, BytecodeHash, getBytecodeHash),
    [EvmMethod.GetStorageAt]: method('GetStorageAt', GetStorageAtParams, u256, getStorageAt),
    [EvmMethod.InvokeContractDelegate]: method(
      'InvokeContractDelegate',
      DelegateCallParams,
      byteString,
      invokeContractDelegate,
      { linked: 'params' },
    ),
    [EvmMethod.InvokeContract]: method('InvokeEVM', byteString, byteString, invokeContract, {
      absent: new Uint8Array(),
    }),
  },
  fallback: handleFilecoinMethod,
})
