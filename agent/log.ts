import { type DestinationStream, type Logger, pino } from 'pino'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** JSON lines on standard output. Names that could hold a secret are cut out, should one ever be logged by mistake. */
export function openLog(level: LogLevel, destination?: DestinationStream): Logger {
  const secret = ['password', 'code', 'token', 'secret', 'sealed', 'input', 'command', 'key', 'nextKey', 'pem', 'proxy']
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secret.flatMap((name) => [name, `*.${name}`]), remove: true },
  }
  return destination ? pino(options, destination) : pino(options)
}
