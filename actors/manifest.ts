/** Types of builtin actors, and the code CIDs of the released bundles they stand for (builtin-actors v18.0.0). */
import { type Cid, CODEC, HASH, makeCid, parseCid } from '../primitives/cid.ts'
import { fromHex } from '../primitives/bytes.ts'

/** Names in the order of the bundle's manifest; the 1-based position is ref-fvm's type number. */
export const ACTOR_TYPES = [
  'system',
  'init',
  'cron',
  'account',
  'storagepower',
  'storageminer',
  'storagemarket',
  'paymentchannel',
  'multisig',
  'reward',
  'verifiedregistry',
  'datacap',
  'placeholder',
  'evm',
  'eam',
  'ethaccount',
] as const
export type ActorType = (typeof ACTOR_TYPES)[number]

/** Which released bundle a network runs: they differ in policy, so their code has other CIDs. */
export type Bundle = 'mainnet' | 'devnet'

export interface Manifest {
  readonly bundle: Bundle
  /** CID of the manifest data, which the system actor's state holds. */
  readonly dataCid: Cid
  codeOf(type: ActorType): Cid
  /** Type of a code CID, undefined for code of another bundle. */
  typeOf(code: Cid): ActorType | undefined
}

const manifests = new Map<Bundle, Manifest>()

export function manifestOf(bundle: Bundle): Manifest {
  let manifest = manifests.get(bundle)
  if (!manifest) manifests.set(bundle, (manifest = makeManifest(bundle)))
  return manifest
}

function makeManifest(bundle: Bundle): Manifest {
  const { data, codes } = RELEASES[bundle]
  const byType = new Map(
    ACTOR_TYPES.map((type, i) => [type, makeCid(CODEC.raw, HASH.blake2b256, fromHex(codes[i]!))]),
  )
  const byCode = new Map([...byType].map(([type, code]) => [code.key, type]))
  return {
    bundle,
    dataCid: parseCid(data),
    codeOf: (type) => byType.get(type)!,
    typeOf: (code) => byCode.get(code.key),
  }
}

/** blake2b-256 of each actor's code in `ACTOR_TYPES` order, and the CID of the manifest data. */
const RELEASES: Record<Bundle, { data: string; codes: readonly string[] }> = {
  mainnet: {
    data: 'bafy2bzacea275suujjuaddglc2kbbgracldjbbs5cjys6zsivcswubv5x7es4',
    codes: [
      '7d60c47e741af59460b369e6ebe6b58099953cba61b5779487ff86b50d463222', // system
      'e2f87156f5fe287f56e1b85b77d64f98be076371018f2708ab3833aae84849ed', // init
      '151cbb160c13cb453876f60cc5eeca9ba8d83f8206564860e6b2fc418871dbf7', // cron
      '67d773671d4905f2708b63f09bda0e363defc31c8abdaffab90675ca21279a80', // account
      'fd63f9c30f7fa4a4868fab7751592856ffd5c643c140f6325a42f7758edf41d4', // storagepower
      '07adcda7de2d7d0ad41966d34a45499f39563b681dfbd7cc115d3f9aa9a70205', // storageminer
      'c63cae088aa7ed82801678471952b152708302e31719565745f8a0b53ad312cc', // storagemarket
      '696f2f5ab94f3e1abc8757357bd2c79017f9d4f6ed5c7b20463282569b12f95d', // paymentchannel
      '8d84500d94d221bb9bba817d7f876630545be9a7394a8b112030e6bff1d958b9', // multisig
      'bbb4e7689cfbde6b840e1ba2037117b59ae3116c857d9955e5176d1cee5dd084', // reward
      '5a47fa3442b0432fc9779231fc6c8ab558ab97662ce868de7cbb365693a6f212', // verifiedregistry
      'c5a8f225d09ae2b7b93b6e0b1d4de73a78190f99643e7f9e225aa6181ca67592', // datacap
      'cb5a4f4cc1164c43df2ad228db8a531bd787a37e1d97553f4bdc4cf51168b717', // placeholder
      '3bf407e574a0b210f7ee7d4ab84a56eeaeda18130c4eb3912c38f9c7f78a8b24', // evm
      'b81b3e75516a2d6a5a7c19cc8ebff81d1c3e985437b1d96161a82ecd6f95097b', // eam
      '83b204e1ab3002f567a8dcb68ee512a8ebd0d2f1e56701f7b005827ce0bffaea', // ethaccount
    ],
  },
  devnet: {
    data: 'bafy2bzacebpmfblssoxmmtc5g3md54tpjf7a2q2avm37wdh35533w6akw5y6o',
    codes: [
      'c441f580bad36602b4526b36b14d7e5d45aca2b2b747833dbf4f5a8d7a7ab5c2', // system
      'f5baacbe6918ba2c15c69d4bd2b41dc9b4869c52c5fe4c468d0058c29a2b67b1', // init
      'e35eb3d31647e1e7cbc6f2c2354b4b5ca75474a994161af5902c102c91121043', // cron
      'dec3ce2fd28697181a79e2146cbfcfecdd765b9ae97700c2a7cf2369ef54ee1b', // account
      '70321b3b03fd73112e48e9ba48a319f114f3fe2ebae700e61414ef0fe34e1a09', // storagepower
      'cf515cc3ceadfea3360765d1dab28de4dca9220bc3124b28c46298caa9cdab72', // storageminer
      '931379342386d19ed35001b6eaba9a92053334e0bbf3c4e6ea0c4e0f8a498c23', // storagemarket
      '8bb4821997fbf3b3177cced4fea0bc759f1fb5f62817ceb0048c00dd14091c86', // paymentchannel
      'a1417337429892da48c66fc986eb954142f762fc9e5d9c79f26cc50b38858313', // multisig
      'c4702d99d398644cb468606eb9f91562baa69ffabc38f733d3dd8c7d29caab60', // reward
      '8506c0d821f1fd354ca26afc2028549757e2e53be08ae52c0a9830b09dbe59aa', // verifiedregistry
      '18777c1352f40f8b6cdcf5cafa65ddb22200967ede7f452cb641bb8f1b33201f', // datacap
      'cb5a4f4cc1164c43df2ad228db8a531bd787a37e1d97553f4bdc4cf51168b717', // placeholder
      'b5fda79a3e2220120c97af4a132a765277cd986a2d38ff1c4e52371562137489', // evm
      '2efc710b82d0179b136cfb413134d39c8d8616103c369ad8f1d79648f84bc05b', // eam
      'e41b4629c586cb9174a66c53b00cd2591679154ff4635bd002122bfd0bb74b55', // ethaccount
    ],
  },
}
