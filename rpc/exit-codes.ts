/** Exit codes as Lotus prints them (go-state-types `exitcode`). */
import { ExitCode } from '../actors/exit-codes.ts'

/** `SysErrOutOfGas(7)`, or only the number for a code that has no name. */
export function exitCodeName(code: ExitCode): string {
  const known = Object.entries(ExitCode).find(([, value]) => value === code)
  if (!known) return `${code}`
  const [name] = known
  if (code === ExitCode.Ok) return 'Ok(0)'
  return name.startsWith('Sys') ? `SysErr${name.slice(3)}(${code})` : `Err${name}(${code})`
}
