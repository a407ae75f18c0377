import type { Escalation } from './escalation.ts'
import { cancelFreezeButton, confirmFreezeButton, freezeButton } from './freeze.ts'
import { fromIt } from './from-it.ts'
import { fromPerson, replyButton } from './from-person.ts'
import type { EscalationGround } from './ground.ts'
import { listOpen } from './list.ts'
import { openThread } from './open-thread.ts'
import { remind } from './remind.ts'
import { resolveButton } from './resolve.ts'
import { settleAsked } from './settle.ts'
import { takeButton } from './take.ts'
import { callerButton, verifyCallerButton } from './verify-caller.ts'

/** IT in the loop, put together. Nothing here posts anything: keys are answered, and whoever calls brings them out. */
export function itThreads(ground: EscalationGround): Escalation {
  return {
    open: (draft, connection) => openThread(ground, draft, connection),
    fromIt: (place, words) => fromIt(ground, place, words),
    fromPerson: (words) => fromPerson(ground, words),
    buttons: {
      'thread-take': takeButton(ground),
      'thread-resolve': resolveButton(ground),
      'thread-verify': verifyCallerButton(ground),
      'thread-freeze': freezeButton(ground),
      'thread-freeze-confirm': confirmFreezeButton(ground),
      'thread-freeze-cancel': cancelFreezeButton(ground),
      'reply-it': replyButton(ground),
      caller: callerButton(ground),
    },
    list: (person) => listOpen(ground, person),
    remind: (limit) => remind(ground, limit),
    settle: (limit) => settleAsked(ground, limit),
  }
}
