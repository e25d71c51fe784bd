/** What this program calls itself on the wire. */

/** As in package.json. */
export const VERSION = '0.1.0'
export const CLIENT_VERSION = `pithead/${VERSION}`
