/** Starts a kernel that `npm run build:wasm` compiled. */

export interface KernelMemory {
  readonly memory: WebAssembly.Memory
}

/** Compiles and starts a module given as base64, synchronously. The caller names the type of what it exports. */
export function instantiate<Exports>(base64: string): Exports & KernelMemory {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'))
  return new WebAssembly.Instance(module).exports as unknown as Exports & KernelMemory
}
