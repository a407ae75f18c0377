import { createHmac } from 'node:crypto'

/**
 * Headers by which the bot knows that a request is Slack's (https://docs.slack.dev/authentication/verifying-requests-from-slack).
 * @param seconds since 1970
 */
export function sign(secret: string, seconds: number, body: string): Record<string, string> {
  return {
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex')}`,
  }
}
