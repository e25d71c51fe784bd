/** CSV files of numbers: every value is checked when it is read, and what is wrong names file, line and column. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { UsageError } from './usage-error.ts'

/** One line of a file. */
export interface CsvRow {
  /** File and line. */
  readonly where: string
  /** A whole number of any size. @throws UsageError */
  bigint(column: string): bigint
  /** A whole number below 2⁵³. @throws UsageError */
  integer(column: string): number
  /** A decimal number. @throws UsageError */
  decimal(column: string): number
  /** The year of a date like 2021-12-31. @throws UsageError */
  year(column: string): number
}

/**
 * The rows of a file. A line that names columns is a header, so files may be appended to one another, also with columns
 * in another order.
 *
 * @param columns - those that must be there; others are passed over.
 * @throws UsageError when the file cannot be read, has no rows, lacks a column, or has a line of another length.
 */
export function readCsv(file: string, columns: readonly string[]): CsvRow[] {
  const name = basename(file)
  const rows: CsvRow[] = []
  let header: string[] | undefined
  for (const [i, line] of readLines(file).entries()) {
    if (line.trim() === '') continue
    const where = `${name}, line ${i + 1}`
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    if (!header || cells.some((cell) => columns.includes(cell))) {
      header = cells
      for (const column of columns)
        if (!cells.includes(column)) throw wrong(where, column, 'missing')
      continue
    }
    if (cells.length < header.length) throw wrong(where, header[cells.length]!, 'missing')
    if (cells.length > header.length)
      throw new UsageError(`${where}: ${cells.length} values, but ${header.length} columns`)
    rows.push(rowOf(where, new Map(header.map((column, at) => [column, cells[at]!]))))
  }
  if (rows.length === 0) throw new UsageError(`${name}: no rows`)
  return rows
}

function rowOf(where: string, cells: ReadonlyMap<string, string>): CsvRow {
  const matching = (column: string, form: RegExp, what: string): string => {
    const text = cells.get(column) ?? ''
    if (!form.test(text)) throw wrong(where, column, `${JSON.stringify(text)} is not ${what}`)
    return text
  }
  const bigint = (column: string) => BigInt(matching(column, /^-?\d+$/, 'a whole number'))
  return {
    where,
    bigint,
    integer: (column) => {
      const value = Number(bigint(column))
      if (!Number.isSafeInteger(value)) throw wrong(where, column, `${value} is too large`)
      return value
    },
    decimal: (column) => {
      const form = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i
      return Number(matching(column, form, 'a number'))
    },
    year: (column) => parseInt(matching(column, /^\d{4}-\d\d-\d\d$/, 'a date like 2021-12-31')),
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
  } catch (error) {
    throw new UsageError(`${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
  }
}

/** The value of `column` at `where` cannot be used. */
export function wrong(where: string, column: string, why: string): UsageError {
  return new UsageError(`${where}, column ${column}: ${why}`)
}
