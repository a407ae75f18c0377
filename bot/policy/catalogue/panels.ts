import { z } from 'zod'
import { groupId, userId } from '../../identity/person.ts'
import type { Panel, Source, Stage } from './catalogue.ts'
import { either, isBlock, readBy } from './either.ts'

/** More than this many people can hardly be found, and nobody waits for them. */
const mostPeople = 20

const source = readBy(
  (value): Source | undefined => {
    if (value === 'manager' || value === 'owners') return value
    const [kind, id, ...rest] = typeof value === 'string' ? value.split(':') : []
    if (rest.length > 0) return undefined
    const group = groupId.safeParse(kind === 'group' ? id : undefined)
    if (group.success) return `group:${group.data}`
    const person = userId.safeParse(kind === 'person' ? id : undefined)
    return person.success ? `person:${person.data}` : undefined
  },
  'names nobody who could approve',
  'write `manager`, `owners`, `group:<object id>` or `person:<object id>`',
)

const longPanel = z.strictObject({ from: source, need: z.int().min(1).max(mostPeople).default(1) })
const shortPanel = source.transform((from): Panel => ({ from, need: 1 }))

/** `manager`, or `{ from: owners, need: 2 }`. */
const panel = either<Panel>((value) => (isBlock(value) ? longPanel : shortPanel))

const together = z.strictObject({ together: z.array(panel).min(1).max(5) }).transform((said): Stage => said.together)

const alone = panel.transform((one): Stage => [one])

/** One panel, or several that are asked at the same time: `together: [manager, { from: owners, need: 2 }]`. */
export const stage = either<Stage>((value) => (isBlock(value) && 'together' in value ? together : alone))

/** One to five stages, one after the other. */
export const stages = z.array(stage).min(1).max(5)

/** The names that may stand in a block that is a stage or a panel. */
export const stageNames = ['together', 'from', 'need'] as const
