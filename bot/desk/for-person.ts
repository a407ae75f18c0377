import type { ChannelName } from '../channels/chat.ts'
import type { Desk } from '../desk.ts'
import type { Person } from '../identity/person.ts'
import { accessing } from './accessing.ts'
import { askedOnce } from './asked-once.ts'
import { enrolling } from './enrolling.ts'
import type { Ground } from './ground.ts'
import { helping } from './helping.ts'
import { lockingDown } from './locking-down.ts'
import { operating } from './operating.ts'
import { proving } from './proving.ts'
import { provingPerson } from './proving-person.ts'
import { readingOut } from './reading-out.ts'
import { standing } from './standing.ts'
import { ticketing } from './ticketing.ts'

/** The desk of one person for one run of a dialog: everything on it is bound to them, and what concerns somebody else says whom. */
export function deskFor(
  ground: Ground,
  person: Person,
  dialogId: string,
  correlationId: string,
  channel: ChannelName | undefined,
): Desk {
  const sitting = { person, dialogId, correlationId, channel }
  return askedOnce({
    now: ground.clock,
    ...standing(ground, sitting),
    ...proving(ground, sitting),
    ...enrolling(ground, sitting),
    ...operating(ground, sitting),
    ...helping(ground, sitting),
    ...provingPerson(ground, sitting),
    ...readingOut(ground, sitting),
    ...ticketing(ground, sitting),
    ...accessing(ground, sitting),
    ...lockingDown(ground, sitting),
  })
}
