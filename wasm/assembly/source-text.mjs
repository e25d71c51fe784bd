/** Source text put together from lines. */

export const range = (n) => Array.from({ length: n }, (_, i) => i)

/** An exported function of lines, which may be nested as they were made. */
export const func = (head, body) =>
  `export function ${head}: void {\n${body.flat(Infinity).join('\n')}\n}\n`
