/**
 * Runs every vector file of a folder, by default this one: `npm run vectors -- [dir]`. The last line is
 * `N passed, N failed`, counted in cases.
 */
import { resolve } from 'node:path'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { checkFile, loadHandlers, VECTORS, vectorFiles } from './check.ts'

const SHOWN_FAILURES = 3

async function main(folder: string): Promise<void> {
  await initCrypto()
  const handlers = await loadHandlers()
  let [passed, failed] = [0, 0]
  for (const path of vectorFiles(folder)) {
    const result = checkFile(path, handlers)
    console.log(`${result.name}: ${result.passed} passed, ${result.failures.length} failed`)
    for (const { id, message } of result.failures.slice(0, SHOWN_FAILURES))
      console.log(`    ${id}: ${message}`)
    passed += result.passed
    failed += result.failures.length
  }
  if (passed + failed === 0) {
    console.log(`no *.json in ${folder}`)
    failed = 1
  }
  process.exitCode = failed > 0 ? 1 : 0
  console.log(`\n${passed} passed, ${failed} failed`)
}

main(resolve(process.argv[2] ?? VECTORS)).catch((error: unknown) => {
  console.log(error instanceof Error ? error.stack : error)
  console.log('\n0 passed, 1 failed')
  process.exitCode = 1
})
