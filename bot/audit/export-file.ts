import { createReadStream } from 'node:fs'
import { canonicalJson } from './canonical-json.ts'

/** Longest line read, in characters: far more than the largest row we write. */
const longestLine = 1_000_000

/**
 * The rows of an export in JSON Lines, read as a stream. What is no JSON, not in canonical form (so that no member hides
 * behind another of the same name) or far too long comes as `undefined`, which no chain holds.
 * @throws the file system's error when the file cannot be read
 */
export async function* exportedRows(file: string): AsyncGenerator<unknown> {
  for await (const line of lines(file)) yield parseLine(line)
}

function parseLine(line: string): unknown {
  try {
    const row: unknown = JSON.parse(line)
    return canonicalJson(row) === line ? row : undefined
  } catch {
    return undefined
  }
}

/** The lines without their line feeds. One that is too long comes cut, and ends the reading. */
async function* lines(file: string): AsyncGenerator<string> {
  // Not fatal: broken UTF-8 becomes U+FFFD, which the hash does not forgive.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let rest = ''
  for await (const chunk of createReadStream(file)) {
    rest += decoder.decode(chunk, { stream: true })
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    yield* parts
    if (rest.length > longestLine) return yield rest.slice(0, longestLine)
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}
