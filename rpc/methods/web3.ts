/** Which client this is. */
import { alias, method } from '../method.ts'
import { CLIENT_VERSION } from '../version.ts'

const clientVersion = method('web3_clientVersion', [], () => CLIENT_VERSION)

export const web3Methods = [clientVersion, alias('Filecoin.Web3ClientVersion', clientVersion)]
