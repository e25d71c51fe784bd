/**
 * JSON with integers of any size, as Go reads and writes them: beyond 2⁵³ they are bigints here and plain digits on
 * the wire. Text without such integers takes the built-in way.
 */

/** A run of digits that may be such an integer: outside of strings it stands between these. */
const MAYBE_LARGE = /(^|[[:,\s])-?\d{16,}\s*([\],}]|$)/
const STRING_OR_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g

/** @throws SyntaxError */
export function parseJson(text: string): unknown {
  if (!MAYBE_LARGE.test(text)) return JSON.parse(text)
  let mark = '#'
  while (text.includes(mark)) mark += '#'
  const marked = text.replace(STRING_OR_INTEGER, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${mark}${token}"`,
  )
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(mark)) return value
    const digits = value.slice(mark.length)
    return /^-?\d+$/.test(digits) ? BigInt(digits) : value
  })
}

/** A value of plain objects, arrays and primitives as JSON. */
export function formatJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return formatWithBigints(value)
  }
}

function formatWithBigints(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(formatWithBigints).join(',')}]`
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  const printed = fields.map(([key, field]) => `${JSON.stringify(key)}:${formatWithBigints(field)}`)
  return `{${printed.join(',')}}`
}
