import { askToReadOut } from '../approvals/ask-to-read-out.ts'
import { managerOf, type NoManager } from '../approvals/manager-of.ts'
import { type ReadOut, readOutOf } from '../approvals/read-outs.ts'
import type { Desk, ReadingOut } from '../desk.ts'
import type { Ground, Sitting } from './ground.ts'
import { tellItOfUnknown } from './read-out-unknown.ts'
import { standing } from './standing.ts'

const operation = 'reset-password-for'
const notNow = 'This can no longer be done now. Please start again.'

/** Having what is made for somebody read out by their manager, where the policy shows it to them alone. */
export function readingOut(ground: Ground, sitting: Sitting): Pick<Desk, 'askToReadOut' | 'readOut'> {
  const { person, dialogId, correlationId } = sitting
  const { tenant } = person
  const now = standing(ground, sitting)

  return {
    async askToReadOut(about) {
      if (ground.policy.operations[operation].showTo !== 'manager') return 'not-needed'
      const found = await managerOf(ground, { tenant, id: about })
      if ('manager' in found && found.manager.id === person.id) return 'not-needed'
      const { displayName: name } = await ground.directory.user(about)
      if ('unavailable' in found) return { unavailable: nobodyToReadOut(name, found.why) }
      const stands = await now.standing(operation, about)
      if (stands.verdict !== 'allow') return { unavailable: notNow }
      const asked = await askToReadOut(
        ground,
        {
          dialogId,
          tenant,
          starter: { id: person.id, name: person.name },
          person: { id: about, name },
          reader: { id: found.manager.id, name: found.manager.displayName },
          correlationId,
        },
        stands.until,
      )
      return 'unavailable' in asked ? asked : await inWords(ground, asked)
    },
    async readOut() {
      if (ground.policy.operations[operation].showTo !== 'manager') return undefined
      const readOut = await readOutOf(ground.database, dialogId)
      return readOut && (await inWords(ground, readOut))
    },
  }
}

async function inWords(ground: Ground, readOut: ReadOut): Promise<ReadingOut> {
  const { state, reader, sentence } = readOut
  const told = state === 'denied' ? { told: await tellItOfUnknown(ground, readOut) } : {}
  return { state, manager: reader.name, sentence, ...told }
}

/** Why their manager cannot read it out, and what comes next. */
function nobodyToReadOut(name: string, why: NoManager['why']): string {
  if (why === 'not-known-yet') return 'I am still finding out who reports to whom. Please try again in a few minutes.'
  const because = {
    none: `The directory names no manager for ${name}`,
    'cannot-act': `The manager of ${name} cannot do anything here at the moment`,
    'too-new': `The manager of ${name} has changed too recently`,
  }
  return `${because[why]}, and only their manager may read out to them what I make. They must come to IT in person.`
}
