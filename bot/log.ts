import { type Logger, pino } from 'pino'

/** JSON lines on standard output. Names that could hold a secret are cut out, should one ever be logged by mistake. */
export function openLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent', base: Record<string, unknown>): Logger {
  const secret = ['password', 'code', 'token', 'secret', 'seed', 'answer', 'authorization', 'client_assertion', 'key']
  return pino({
    level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), remove: true },
  })
}
