/** Prints the soundness table: `npm run soundness`. */
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { formatDetection, isAsPredicted, measureDetection } from './detection.ts'
import { formatTable, judgeAll } from './table.ts'

await initCrypto()

const cells = judgeAll()
console.log(`${formatTable(cells)}\n`)
const detections = measureDetection(process.env['SEED'] ?? 'soundness', 1000)
console.log('A part of a sector is lost: how often the next challenge finds it out\n')
console.log(`${formatDetection(detections)}\n`)
const good = [
  ...cells.map(({ got, expected }) => got === expected),
  ...detections.map(isAsPredicted),
]
const passed = good.filter(Boolean).length
console.log(`${passed} passed, ${good.length - passed} failed`)
if (passed < good.length) process.exitCode = 1
