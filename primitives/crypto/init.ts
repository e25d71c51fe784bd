/** Loads what the cryptography needs, once, before a run. */

export async function initCrypto(): Promise<void> {}
