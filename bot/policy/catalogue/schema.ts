import { z } from 'zod'
import { groupId } from '../../identity/person.ts'
import { durations } from '../duration.ts'
import { duration } from '../written-duration.ts'
import type { Entry, Risk, Stage } from './catalogue.ts'
import { either, isBlock, readBy } from './either.ts'
import { stage, stageNames, stages } from './panels.ts'

const risks = ['low', 'medium', 'high'] as const satisfies readonly Risk[]
const longestOfAll = 3660 * durations.day

/** What is offered where the owner says nothing, as far as it is not too long. */
const usualPresets = [durations.day, 7 * durations.day, 30 * durations.day, 90 * durations.day]

/** One line for people: no control characters, nothing that is no text. */
function line(most: number) {
  return z
    .string()
    .trim()
    .refine((text) => text.length > 0, { error: 'says nothing', params: { fix: 'write a few words' } })
    .refine((text) => text.length <= most, {
      error: 'is too long',
      params: { fix: `write at most ${most} characters` },
    })
    .refine((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text), {
      error: 'holds line breaks or control characters',
      params: { fix: 'write it on one line' },
    })
}

const limited = duration(durations.hour, longestOfAll)
const permanent = z.unknown().transform(() => undefined)
const unsaid = readBy(
  (): number | undefined => undefined,
  'is missing',
  'write a length of time such as `90 days`, or `permanent`',
)
const longest = either<number | undefined>((value) => {
  if (value === null) return unsaid
  return value === 'permanent' ? permanent : limited
})

const groups = z.array(groupId).min(1).max(20)
const visibleTo = readBy(
  (value): Entry['visibleTo'] | undefined => (value === 'everybody' ? value : groups.safeParse(value).data),
  'names nobody who could see it',
  'write `everybody`, or a list of 1 to 20 object ids of groups',
)

const entryShape = {
  system: line(60),
  title: line(80),
  opens: line(200),
  group: groupId,
  keywords: z.array(line(40)).max(30).default([]),
  risk: z.enum(risks),
  approvals: stages,
  longest,
  durations: z.array(limited).min(1).max(6).optional(),
  visibleTo: visibleTo.prefault('everybody'),
}

const ascending = (list: readonly number[]): boolean =>
  list.every((value, index) => index === 0 || value > (list[index - 1] ?? value))

const entry = z.strictObject(entryShape).superRefine((said, context) => {
  if (said.durations === undefined) return
  if (!ascending(said.durations))
    context.addIssue({
      code: 'custom',
      path: ['durations'],
      message: 'is not in order',
      params: { fix: 'write each length of time once, the shortest first' },
    })
  for (const [index, offered] of said.durations.entries())
    if (said.longest !== undefined && offered > said.longest)
      context.addIssue({
        code: 'custom',
        path: ['durations', index],
        message: 'is longer than `longest`',
        params: { fix: 'take it out, or make `longest` longer' },
      })
})

const keyForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const keyFix = 'write small letters, digits and single dashes, beginning with a letter, 64 at most: `sales-dashboard`'

const entries = z.record(z.string(), entry).superRefine((all, context) => {
  const keys = Object.keys(all)
  if (keys.length > 2000)
    context.addIssue({
      code: 'custom',
      message: 'are more than 2000',
      params: { fix: 'leave out what nobody asks for' },
    })
  for (const key of keys)
    if (key.length > 64 || !keyForm.test(key))
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'is no name for an entry',
        params: { key: true, fix: keyFix },
      })
})

type Then = 'refuse' | { readonly approval: Stage }
const furtherStage = z.strictObject({ approval: stage })
const refusal = readBy(
  (value): Then | undefined => (value === 'refuse' ? value : undefined),
  'is nothing that can be done',
  'write `refuse`, or `{ approval: <who must say yes as well> }`',
)
/** A name of the contract, not a promise. */
const then = 'then'
const conflict = z.strictObject({
  between: z.tuple([z.string(), z.string()]),
  why: line(200),
  [then]: either<Then>((value) => (isBlock(value) ? furtherStage : refusal)),
})

const contracts = z.strictObject({
  groups: z.array(groupId).max(20).default([]),
  guests: z.boolean().default(false),
  longest: duration(durations.day, 366 * durations.day).default(180 * durations.day),
  approvals: stages,
  withoutSponsor: duration(durations.hour, 30 * durations.day).default(3 * durations.day),
})

const fileShape = {
  entries: entries.default({}),
  conflicts: z.array(conflict).max(1000).default([]),
  contracts: contracts.optional(),
}

/** The whole file, as YAML gives it. */
export const catalogueFile = z.strictObject(fileShape).transform(({ entries, conflicts, contracts }) => ({
  entries: Object.entries(entries).map(
    ([key, { durations: offered, ...said }]): Entry => ({
      ...said,
      key,
      presets: offered ?? presetsWithin(said.longest),
    }),
  ),
  conflicts,
  contracts,
}))
export type CatalogueContent = z.infer<typeof catalogueFile>

function presetsWithin(longest: number | undefined): readonly number[] {
  const fitting = usualPresets.filter((one) => longest === undefined || one <= longest)
  return fitting.length > 0 || longest === undefined ? fitting : [longest]
}

/** The settings that exist at a place of the file. Entries may be called anything. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const [top, second, third] = path
  if (path.length === 0) return Object.keys(fileShape)
  if (top === 'entries' && path.length === 2) return Object.keys(entryShape)
  if (top === 'contracts' && path.length === 1) return Object.keys(contracts.shape)
  if (top === 'conflicts' && typeof second === 'number' && path.length === 2) return Object.keys(conflict.shape)
  if (third === 'then' && path.length === 3) return ['approval']
  return stageNames
}
