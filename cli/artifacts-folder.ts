/** Artifacts of contracts on disk: Hardhat's `artifacts/` and Foundry's `out/`, or any folder of such files. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { Artifacts } from '../rpc/artifacts.ts'

/** Folders with whole compilations, which are large and say nothing more. */
const PASSED_OVER: ReadonlySet<string> = new Set(['build-info', 'node_modules', 'cache'])

/** @throws InvalidInput for what is no folder, or has no artifact in it. */
export function loadArtifacts(folder: string): Artifacts {
  const artifacts = new Artifacts()
  let found = 0
  for (const file of jsonFilesIn(folder)) if (artifacts.add(parsed(file))) found++
  if (found === 0) throw new InvalidInput('artifacts', `there are none in ${folder}`)
  return artifacts
}

function* jsonFilesIn(folder: string): Generator<string> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new InvalidInput('artifacts', `${folder} is no folder`)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) yield* jsonFilesIn(path)
    else if (entry.isFile() && /(?<!\.dbg)\.json$/.test(entry.name)) yield path
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // other JSON files may lie there too, and be anything
  }
}
