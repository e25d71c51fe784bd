/** What kind of network it is, and which code it runs. Reference: Lotus `node/impl/full/state.go`, `build/buildconstants/params_2k.go`. */
import { ACTOR_TYPES, type Manifest } from '../../actors/manifest.ts'
import type { Node } from '../../engine/node.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import { cidLink, encode, tuple, uint as uintCodec } from '../../primitives/codec.ts'
import type { RpcContext } from '../context.ts'
import { uint } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'

export const networkParamsMethods = [
  method('Filecoin.StateGetNetworkParams', [], ({ node: { params } }) => ({
    NetworkName: params.name,
    BlockDelaySecs: params.blockDelay,
    ConsensusMinerMinPower: params.policy.minimumConsensusPower.toString(),
    PreCommitChallengeDelay: params.policy.preCommitChallengeDelay,
    ForkUpgradeParams: FORK_UPGRADES,
    Eip155ChainID: Number(params.chainId),
    GenesisTimestamp: params.genesisTime,
  })),
  method<[number]>('Filecoin.StateActorCodeCIDs', [uint], (context, version) => {
    const { manifest } = ofVersion(context, version)
    return Object.fromEntries(ACTOR_TYPES.map((type) => [type, manifest.codeOf(type).toJSON()]))
  }),
  method<[number]>('Filecoin.StateActorManifestCID', [uint], (context, version) =>
    manifestCid(ofVersion(context, version).manifest).toJSON(),
  ),
]

/** @throws RpcError for a version that is not the network's: its code is not known. */
function ofVersion({ node }: RpcContext, version: number): Node {
  if (version === node.params.networkVersion) return node
  throw refused(
    `the network has version ${node.params.networkVersion} from genesis on, not ${version}`,
  )
}

/** A bundle's manifest: its format, and the list of actors. */
const manifestCodec = tuple({ version: uintCodec, data: cidLink }, 'manifest')

const manifestCid = ({ dataCid }: Manifest): Cid =>
  cidOf(encode(manifestCodec, { version: 1, data: dataCid }))

/** Upgrades in the order Lotus gives them, each in effect from genesis on and numbered as in its developers' builds. */
const FORK_UPGRADES: Readonly<Record<string, number>> = {
  UpgradeSmokeHeight: -1,
  UpgradeBreezeHeight: -1,
  UpgradeIgnitionHeight: -2,
  UpgradeLiftoffHeight: -6,
  UpgradeAssemblyHeight: -5,
  UpgradeRefuelHeight: -3,
  UpgradeTapeHeight: -4,
  UpgradeKumquatHeight: -7,
  BreezeGasTampingDuration: 0,
  UpgradeCalicoHeight: -9,
  UpgradePersianHeight: -10,
  UpgradeOrangeHeight: -11,
  UpgradeClausHeight: -12,
  UpgradeTrustHeight: -13,
  UpgradeNorwegianHeight: -14,
  UpgradeTurboHeight: -15,
  UpgradeHyperdriveHeight: -16,
  UpgradeChocolateHeight: -17,
  UpgradeOhSnapHeight: -18,
  UpgradeSkyrHeight: -19,
  UpgradeSharkHeight: -20,
  UpgradeHyggeHeight: -21,
  UpgradeLightningHeight: -22,
  UpgradeThunderHeight: -23,
  UpgradeWatermelonHeight: -24,
  UpgradeDragonHeight: -25,
  UpgradePhoenixHeight: -26,
  UpgradeWaffleHeight: -27,
  UpgradeTuktukHeight: -28,
  UpgradeTeepHeight: -29,
  UpgradeTockHeight: -30,
  UpgradeGoldenWeekHeight: -31,
  UpgradeFireHorseHeight: -32,
  /** The one that has no name yet is not planned. */
  UpgradeXxHeight: 9_999_999_999,
}
