import type { Button } from '../turns/button.ts'
import type { EscalationGround } from './ground.ts'
import { itButton } from './it-button.ts'
import { happened } from './thread-card.ts'
import { clockTime, nameOf } from './words.ts'

/** "Take": somebody of IT looks after it. */
export function takeButton(ground: EscalationGround): Button {
  return itButton(ground, async ({ person, thread }) => {
    const by = thread.facts.find(({ title }) => title === happened.taken)
    if (thread.state === 'taken') return { note: `${by?.value ?? 'Somebody'} has taken it already.` }
    const now = ground.clock()
    return {
      step: {
        set: { state: 'taken', taken_by: person.id, taken_at: now },
        facts: [{ title: happened.taken, value: `${nameOf(person)} at ${clockTime(now)}` }],
        note: `Taken by ${nameOf(person)}.`,
        event: { action: 'take-thread', actor: person.id, outcome: 'done' },
      },
    }
  })
}
