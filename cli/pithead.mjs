#!/usr/bin/env node
/**
 * The `pithead` command. In a clone it first installs and builds what is missing or stale; installed
 * from npm it only starts. The commands themselves are in main.ts.
 */
import { existsSync } from 'node:fs'
import nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

try {
  if (parseInt(process.versions.node) < 20)
    throw new Error(`Node 20 or newer is needed, this is ${process.version}`)
  if (existsSync(`${root}tsconfig.json`)) {
    ensureInstalled(root)
    ensureBuilt(root)
  }
} catch (error) {
  console.error(`pithead: ${error.message}`)
  process.exit(1)
}

nodeModule.enableCompileCache?.() // Node 22 and later
const { main } = await import('../dist/bundle/main.js')
await main(process.argv.slice(2))
