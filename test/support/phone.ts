import { generateSync } from 'otplib'
import type { WindowSeen } from './talker.ts'

/** An authenticator app: it knows what was scanned, and the time. */
export interface Phone {
  /** The six digits it shows, or those of a later (or earlier) 30-second step. */
  code(stepsLater?: number): string
}

/** Takes the key out of the window that shows it, as somebody who cannot scan types it in. */
export function phoneFrom(window: WindowSeen, now: () => Date): Phone {
  const key = window.text.split('\n').find((line) => /^[A-Z2-7]{4}( [A-Z2-7]{4})+$/.test(line))
  if (!key) throw new Error(`the window shows no key: ${window.text}`)
  const secret = key.replaceAll(' ', '')
  return {
    code: (stepsLater = 0) => generateSync({ secret, epoch: Math.floor(now().getTime() / 1_000) + stepsLater * 30 }),
  }
}
