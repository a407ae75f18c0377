import { durations } from '../duration.ts'
import type { Fault, Path } from '../faults.ts'
import { nearest } from '../nearest.ts'
import type { Entry, Panel, Stage } from './catalogue.ts'
import type { CatalogueContent } from './schema.ts'

const longestRisk = 90 * durations.day
/** `checkMemberGroups` takes 20 groups a call; whoever searches waits for ten of those at most. */
const mostAudiences = 200

/** Looks for what is well formed, and cannot be, or is weak. Pure. @returns one fault for each place */
export function lint(catalogue: CatalogueContent): readonly Fault[] {
  return [
    ...catalogue.entries.flatMap(lintEntry),
    ...sameTwice(catalogue.entries, 'group', (entry) => entry.group),
    ...sameTwice(catalogue.entries, 'title', (entry) => entry.title.toLowerCase()),
    ...lintAudiences(catalogue.entries),
    ...lintConflicts(catalogue),
    ...lintContracts(catalogue),
  ]
}

function lintEntry(entry: Entry): readonly Fault[] {
  const at = ['entries', entry.key]
  return [...lintStages(entry.approvals, [...at, 'approvals']), ...(entry.risk === 'high' ? lintHigh(entry, at) : [])]
}

function lintHigh(entry: Entry, at: Path): readonly Fault[] {
  const panels = entry.approvals.flat()
  const faults: Fault[] = []
  if (entry.longest === undefined || entry.longest > longestRisk)
    faults.push({
      rule: 'long-risk',
      path: [...at, 'longest'],
      problem: 'lets a high risk last for more than 90 days',
      fix: 'write at most `90 days`; whoever still needs it asks for an extension',
    })
  if (panels.reduce((sum, { need }) => sum + need, 0) < 2)
    faults.push({
      rule: 'one-person',
      path: [...at, 'approvals'],
      problem: 'lets one person alone give away a high risk',
      fix: 'ask a second one: `[manager, owners]`, or `need: 2`',
    })
  if (panels.every(({ from }) => from.startsWith('person:')))
    faults.push({
      rule: 'named-people',
      path: [...at, 'approvals'],
      problem: 'hangs a high risk on people by name; when one leaves, nobody takes the place',
      fix: 'ask `manager`, `owners` or `group:<object id>` as well',
    })
  return faults
}

/** One person says yes at most once in a request, whatever the stage; so a source of one person cannot be asked twice. */
function lintStages(stages: readonly Stage[], at: Path): readonly Fault[] {
  const faults: Fault[] = []
  const once = new Set<string>()
  for (const [index, panels] of stages.entries()) {
    const here = new Set<string>()
    for (const [place, { from, need }] of panels.entries()) {
      const path = [...at, index, ...(panels.length > 1 ? ['together', place] : [])]
      const single = from === 'manager' || from.startsWith('person:')
      if (here.has(from))
        faults.push({ path, problem: `names \`${from}\` twice in one stage`, fix: 'name it once and write `need: 2`' })
      else if (single && (need > 1 || once.has(from)))
        faults.push({
          rule: 'never-satisfied',
          path,
          problem: `wants more than one yes of \`${from}\`, who is one person and says yes once in a request`,
          fix: 'name somebody else, or take it out',
        })
      here.add(from)
      if (single) once.add(from)
    }
  }
  return faults
}

function sameTwice(
  entries: readonly Entry[],
  name: 'group' | 'title',
  sameness: (entry: Entry) => string,
): readonly Fault[] {
  const first = new Map<string, string>()
  return entries.flatMap((entry): readonly Fault[] => {
    const value = sameness(entry)
    const earlier = first.get(value)
    if (earlier === undefined) {
      first.set(value, entry.key)
      return []
    }
    const fix =
      name === 'group'
        ? 'give one group to one entry; further words for it go into `keywords`'
        : 'say in the title what makes it different'
    return [{ path: ['entries', entry.key, name], problem: `is also the ${name} of \`${earlier}\``, fix }]
  })
}

function lintAudiences(entries: readonly Entry[]): readonly Fault[] {
  const audiences = new Set(entries.flatMap(({ visibleTo }) => (visibleTo === 'everybody' ? [] : visibleTo)))
  if (audiences.size <= mostAudiences) return []
  return [
    {
      path: ['entries'],
      problem: `have ${audiences.size} different groups in \`visibleTo\`, and ${mostAudiences} can be looked up in time`,
      fix: 'name larger groups that hold the others',
    },
  ]
}

function lintConflicts({ entries, conflicts }: CatalogueContent): readonly Fault[] {
  const keys = new Set(entries.map(({ key }) => key))
  const pairs = new Set<string>()
  return conflicts.flatMap(({ between, then }, index): readonly Fault[] => {
    const at = ['conflicts', index, 'between']
    const unknown = between.flatMap((key, place): readonly Fault[] => {
      if (keys.has(key)) return []
      const meant = nearest(key, [...keys])
      const fix = meant === undefined ? 'write the name of an entry above' : `did you mean \`${meant}\`?`
      return [{ path: [...at, place], problem: `${JSON.stringify(key.slice(0, 64))} is no entry`, fix }]
    })
    if (unknown.length > 0) return unknown
    if (between[0] === between[1])
      return [{ path: at, problem: 'is one entry with itself', fix: 'name two different entries' }]
    const pair = [...between].sort().join(' ')
    if (pairs.has(pair)) return [{ path: at, problem: 'is there already', fix: 'say it once' }]
    pairs.add(pair)
    if (then === 'refuse') return []
    const after = ['conflicts', index, 'then', 'approval']
    return between.flatMap((key) => lintAfter(entries, key, then.approval, after)).slice(0, 1)
  })
}

/** The stage of a conflict comes after those of the entry, in the same request. */
function lintAfter(entries: readonly Entry[], key: string, after: Stage, path: Path): readonly Fault[] {
  const before: readonly Panel[] = entries.find((entry) => entry.key === key)?.approvals.flat() ?? []
  const [fault] = lintStages(
    [before.filter(({ from }) => from === 'manager' || from.startsWith('person:')), after],
    path,
  )
  return fault === undefined || lintStages([before], path).length > 0 ? [] : [{ ...fault, path }]
}

function lintContracts({ contracts }: CatalogueContent): readonly Fault[] {
  if (contracts === undefined) return []
  const faults: Fault[] = [...lintStages(contracts.approvals, ['contracts', 'approvals'])]
  if (contracts.groups.length === 0 && !contracts.guests)
    faults.push({
      path: ['contracts'],
      problem: 'leaves nobody who could be a contractor',
      fix: 'name `groups`, write `guests: true`, or take the block out',
    })
  for (const [index, panels] of contracts.approvals.entries())
    if (panels.some(({ from }) => from === 'owners'))
      faults.push({
        path: ['contracts', 'approvals', index],
        problem: 'asks owners, and a contract has no group that somebody owns',
        fix: 'write `manager` (the sponsor’s) or `group:<object id>`',
      })
  return faults
}
