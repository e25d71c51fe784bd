/**
 * Cryptography against the libraries it stands on: signatures in batches and on threads, Merkle trees, piece commitments,
 * storage proofs.
 */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { type BenchOptions, type BenchResult, median } from '../area.ts'
import { peerFile } from '../peers.ts'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7)
/** Deal data in MiB. */
const COMMP_MIB = Number(process.env['BENCH_COMMP_MIB'] ?? 1024)
const BLST = '@chainsafe/blst 0.2.11'
const FR32 = 'fr32-sha2-256-trunc254-padded-binary-tree-multihash'

/** Each contender's times, in rounds. */
type Times = Readonly<Record<string, readonly number[]>>

export default async function crypto(options: BenchOptions): Promise<BenchResult[]> {
  peerFile(options, 'sodium-native', 'package.json')
  peerFile(options, FR32, 'package.json')
  const measure = (what: string, ...args: number[]): Times => {
    options.log(what)
    const script = [`${options.root}bench/measure-crypto.mjs`, what, ...args.map(String)]
    return JSON.parse(execFileSync(process.execPath, script, { encoding: 'utf8' })) as Times
  }
  return [
    ...signatures(measure('signatures', ROUNDS)),
    ...trees(measure('trees', ROUNDS)),
    ...commP(measure('commp', COMMP_MIB)),
    ...proofs(measure('proofs', ROUNDS)),
  ]
}

/** How often as fast `ours` is as `theirs`, by the medians of one interleaved run. */
const ratio = (times: Times, ours: string, theirs: string): number =>
  median(times[theirs]!) / median(times[ours]!)

function signatures(times: Times): BenchResult[] {
  const unit = '× for 200 messages'
  const cores = Math.min(2, availableParallelism())
  return [
    { name: 'verify_batched', value: ratio(times, 'batched', 'oneByOne'), unit, against: BLST },
    {
      name: 'verify_workers',
      value: ratio(times, 'onThreads', 'multi') / cores,
      unit: '× on 2 threads',
      against: `its multi-verify × ${cores} cores`,
    },
    {
      name: 'verify_workers_cpu',
      value: ratio(times, 'onThreadsCpu', 'multiCpu'),
      unit: '× by processor time, 2 threads',
      against: 'its multi-verify',
    },
    {
      name: 'verify_multi',
      value: ratio(times, 'batched', 'multiCpu'),
      unit,
      against: 'its multi-verify',
    },
    { name: 'verify_one_by_one', value: ratio(times, 'singly', 'oneByOne'), unit, against: BLST },
  ]
}

function trees(times: Times): BenchResult[] {
  const unit = '× for 65,536 leaves'
  const against = (name: string, theirs: string, who: string): BenchResult => ({
    name,
    value: ratio(times, 'blake2b', theirs),
    unit,
    against: who,
  })
  return [
    against('merkle', 'blake2bWasm', 'blake2b-wasm, node by node'),
    against('merkle_native', 'sodium', 'sodium-native, node by node'),
    {
      name: 'merkle_sha256_wasm',
      value: ratio(times, 'sha256', 'hashtree'),
      unit,
      against: '@chainsafe/hashtree, layer by layer',
    },
  ]
}

function commP(times: Times): BenchResult[] {
  return [
    {
      name: 'commp',
      value: ratio(times, 'ours', 'fr32'),
      unit: `× for ${COMMP_MIB} MiB`,
      against: FR32,
    },
    {
      name: 'commp_wasm',
      value: ratio(times, 'wasm', 'fr32'),
      unit: `× for ${COMMP_MIB} MiB without native code`,
      against: FR32,
    },
    { name: 'commp_mib', value: COMMP_MIB / (median(times['ours']!) / 1000), unit: 'MiB/s' },
    {
      name: 'commp_threads',
      value: COMMP_MIB / (median(times['threads']!) / 1000),
      unit: 'MiB/s on 2 threads',
    },
  ]
}

function proofs(times: Times): BenchResult[] {
  const rate = (name: string, what: string, unit: string): BenchResult => ({
    name,
    value: 1000 / median(times[what]!),
    unit,
  })
  return [
    rate('window_post_partitions', 'partition', 'partitions verified/s'),
    rate('window_post_prove', 'provePartition', 'partitions of 2,349 proven/s'),
    rate('poreps', 'porep', 'PoReps verified/s'),
    rate('porep_seals', 'seal', 'sectors sealed and proven/s'),
  ]
}
