/** PostgreSQL's and Node's codes for "the database is not there". Source: PostgreSQL "Error Codes", classes 08 and 57P. */
export function isStoreFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return error instanceof Error && /timeout|connection/i.test(error.message)
  return (
    code.startsWith('08') ||
    code.startsWith('57P') ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code)
  )
}
