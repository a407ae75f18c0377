import type { Desk } from '../desk.ts'
import type { Person } from '../identity/person.ts'
import { enrolling } from './enrolling.ts'
import type { Ground } from './ground.ts'
import { operating } from './operating.ts'
import { proving } from './proving.ts'
import { standing } from './standing.ts'
import { ticketing } from './ticketing.ts'

/** The desk of one person in one dialog: everything on it is bound to them, so that a dialog cannot act for anybody else. */
export function deskFor(ground: Ground, person: Person, dialogId: string, correlationId: string): Desk {
  const sitting = { person, dialogId, correlationId }
  return {
    now: ground.clock,
    ...standing(ground, sitting),
    ...proving(ground, sitting),
    ...enrolling(ground, sitting),
    ...operating(ground, sitting),
    ...ticketing(ground, sitting),
  }
}
