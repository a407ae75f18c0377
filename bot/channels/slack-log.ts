import { LogLevel, type Logger as SlackLogger } from '@slack/bolt'
import type { Logger } from 'pino'

/**
 * What Slack's own code wants to log, in ours. Its debug lines carry whole requests and what people typed: they are dropped.
 * Of what it passes along only sentences are kept, for an error object may carry an answer of Slack's.
 */
export function slackLog(log: Logger): SlackLogger {
  const sentence = (given: readonly unknown[]): string =>
    given
      .map((one) => (one instanceof Error ? one.message : one))
      .filter((one) => typeof one === 'string')
      .join(' ')
      .slice(0, 500)
  return {
    debug() {},
    info: (...given) => log.debug(sentence(given)),
    warn: (...given) => log.warn(sentence(given)),
    error: (...given) => log.warn(sentence(given)),
    setLevel() {},
    setName() {},
    getLevel: () => LogLevel.INFO,
  }
}
