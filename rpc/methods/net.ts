/** The network, as Ethereum clients ask for it. */
import { alias, method } from '../method.ts'

const version = method('net_version', [], ({ node }) => node.params.chainId.toString())
const listening = method('net_listening', [], () => true)

export const netMethods = [
  version,
  listening,
  alias('Filecoin.NetVersion', version),
  alias('Filecoin.NetListening', listening),
]
