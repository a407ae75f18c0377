import { createEmulator, type Emulator } from 'emulate'
import { SlackApiError } from './api-error.ts'
import type { Arguments } from './arguments.ts'
import { isJsonObject } from './json.ts'

/** The `emulate` package behind practice Slack: it answers what the Web API here does not. */
export interface EmulateBehind {
  /** @throws SlackApiError what emulate refuses, and `unknown_method` for what it does not know either */
  call(method: string, given: Arguments): Promise<Record<string, unknown>>
  close(): Promise<void>
}

const TIMEOUT = 5_000

/** Starts emulate on the first call that needs it. It checks scopes as strictly as the rest. */
export function emulateBehind(options: {
  readonly port: () => Promise<number>
  readonly teamName: string
  readonly botToken: string
  readonly scopes: ReadonlySet<string>
}): EmulateBehind {
  let started: Promise<Emulator> | undefined
  const start = async () =>
    createEmulator({
      service: 'slack',
      port: await options.port(),
      seed: {
        slack: {
          team: { name: options.teamName, domain: 'practice' },
          strict_scopes: true,
          tokens: [{ token: options.botToken, type: 'bot', scopes: [...options.scopes] }],
        },
      },
    })
  return {
    async call(method, given) {
      started ??= start()
      const { url } = await started
      const response = await fetch(`${url}/api/${encodeURIComponent(method)}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${options.botToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(given.all),
        signal: AbortSignal.timeout(TIMEOUT),
      })
      const body: unknown = await response.json().catch(() => undefined)
      if (!isJsonObject(body) || typeof body.ok !== 'boolean') throw new SlackApiError('unknown_method')
      const { ok, error, ...rest } = body
      if (!ok) throw new SlackApiError(String(error), rest)
      return rest
    },
    async close() {
      await (await started)?.close()
    },
  }
}
