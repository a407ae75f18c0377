import { z } from 'zod'
import { formatDuration, parseDuration } from './duration.ts'

/** A length of time as owners write it (`15 min`), in milliseconds, between two bounds. */
export function duration(least: number, most: number) {
  return z.unknown().transform((value, context): number => {
    const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined
    const fault = (message: string, fix: string) => {
      context.issues.push({ code: 'custom', input: value, message, params: { fix } })
      return z.NEVER
    }
    if (milliseconds === undefined) return fault('is no length of time', 'write a number and a unit, e.g. `15 min`')
    if (milliseconds < least) return fault('is too short', `write at least \`${formatDuration(least)}\``)
    if (milliseconds > most) return fault('is too long', `write at most \`${formatDuration(most)}\``)
    return milliseconds
  })
}
