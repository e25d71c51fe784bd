/** Names of the instructions of Filecoin's EVM, for people who read traces. */

const NAMES: Readonly<Record<number, string>> = {
  0x00: 'STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND',
  0x10: 'LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ',
  0x20: 'KECCAK256',
  0x30: `ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE
    EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH`,
  0x40: 'BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE',
  0x50: 'POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY',
  0xf0: 'CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2',
  0xfa: 'STATICCALL',
  0xfd: 'REVERT INVALID SELFDESTRUCT',
}

const numbered = (name: string, from: number, first: number, last: number): [number, string][] =>
  Array.from({ length: last - first + 1 }, (_, i) => [from + i, `${name}${first + i}`])

/** Names by opcode. */
export const OPCODE_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(NAMES).flatMap(([first, names]) =>
    names.split(/\s+/).map((name, i): [number, string] => [Number(first) + i, name]),
  ),
  ...numbered('PUSH', 0x5f, 0, 32),
  ...numbered('DUP', 0x80, 1, 16),
  ...numbered('SWAP', 0x90, 1, 16),
  ...numbered('LOG', 0xa0, 0, 4),
])

/** `opcode 0x0c not defined` for what is none. */
export const opcodeName = (op: number): string =>
  OPCODE_NAMES.get(op) ?? `opcode 0x${op.toString(16)} not defined`
