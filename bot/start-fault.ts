import { ConfigError } from './config.ts'

/** What somebody reads who tried to start HelpBot: the reason and the fix, no stack, no secret. */
export function startFault(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  const { code } = error as { code?: unknown }
  const message = error instanceof Error ? error.message : String(error)
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === '28P01' || code === '3D000')
    return `HelpBot cannot start: the database does not answer (${code}). Check DATABASE_URL, or unset it to use the one that comes along.`
  return `HelpBot cannot start: ${message || String(code ?? 'unknown')}`
}
