import type { PolicedOperation } from '../policy/policy.ts'
import { type Finding, missing, ok, warning } from './finding.ts'
import type { Look } from './look.ts'
import { closedUnits, lookAtPlace, type Place } from './places.ts'
import { dsacls, neededFor, type Right, rights } from './rights.ts'

/** What the agent's own policy says. */
interface Law {
  readonly write: readonly string[]
  readonly operations: readonly PolicedOperation[]
}

/** A base of `policy.write`, looked at once for users and once for groups, and the units below it that inherit nothing. */
export interface LookedAt {
  readonly users: Place
  readonly groups: Place
  readonly closed: readonly { readonly users: Place; readonly groups: Place }[]
}

/** @throws AgentError */
export async function lookAtBases(look: Look, bases: readonly string[]): Promise<readonly LookedAt[]> {
  const attributes = rights.filter(({ kind }) => kind === 'write').map(({ name }) => name)
  const propertySets = await look.propertySets(attributes)
  const both = async (base: string, closed: readonly string[]) => ({
    users: await lookAtPlace(look, { base, on: 'users', closed }, propertySets),
    groups: await lookAtPlace(look, { base, on: 'groups', closed }, propertySets),
  })
  const all: LookedAt[] = []
  for (const base of bases) {
    const closed = await closedUnits(look, base)
    const units: { users: Place; groups: Place }[] = []
    for (const unit of closed) units.push(await both(unit, []))
    all.push({ ...(await both(base, closed)), closed: units })
  }
  return all
}

/**
 * Whether every right that the allowed operations need is there, base by base. One finding for each right that is missing, with
 * the command that gives it; one for each base where all is well.
 * @param accountName as dsacls takes it
 */
export function checkRights(lookedAt: readonly LookedAt[], law: Law, accountName: string): readonly Finding[] {
  const kinds = ['users', 'groups'] as const
  return kinds.flatMap((on) => {
    const needed = neededFor(law.operations).filter((right) => right.on === on)
    if (needed.length === 0) return []
    const places = lookedAt.map((base) => ({ place: base[on], closed: base.closed.map((unit) => unit[on]) }))
    return checkKind(places, needed, law, accountName)
  })
}

function checkKind(
  places: readonly { readonly place: Place; readonly closed: readonly Place[] }[],
  needed: readonly Right[],
  { operations, write }: Law,
  accountName: string,
): readonly Finding[] {
  const [{ on } = { on: 'users' }] = needed
  const serves = places.filter(({ place }) => place.sample !== undefined || needed.some((right) => place.has(right)))
  if (serves.length === 0) {
    const commands = needed.map((right) => dsacls(right, write[0] ?? 'OU', accountName))
    const why = `no base of policy.write holds ${on}, and in none of them is a right on them: ${forWhat(needed, operations)} will fail`
    return [missing(`${on} to write`, why, commands.join('\n'))]
  }
  // Where people are only moved to, nothing but creating is needed; where nothing is given, another base may be meant.
  const equipped = serves.some(({ place }) => needed.some((right) => right.kind !== 'create' && place.has(right)))
  return serves.flatMap(({ place, closed }) => {
    const rest = needed.filter((right) => place.has(right) !== true && right.kind !== 'create')
    const bare =
      equipped && rest.length > 0 && rest.every((right) => place.has(right) === false) && isBare(place, needed)
    return [
      ...(bare ? [onlyRead(place, needed, accountName)] : ofPlace(place, needed, operations, accountName)),
      ...closed.flatMap((unit) => ofClosed(unit, needed, operations, accountName)),
    ]
  })
}

const isBare = (place: Place, needed: readonly Right[]) =>
  needed.every((right) => right.kind === 'create' || place.has(right) === false)

function onlyRead(place: Place, needed: readonly Right[], accountName: string): Finding {
  const { base, on } = place
  const target = needed.some((right) => right.kind === 'create' && place.has(right))
  if (target)
    return ok(`${on} in ${base}`, 'accounts may be created here and moved here; nothing else may be done with them')
  const why = `policy.write names this base, and nothing of the ${on} in it may be written: take it out of policy.write, or give the rights`
  return warning(`${on} in ${base}`, why, commands(needed, base, accountName))
}

function ofPlace(
  place: Place,
  needed: readonly Right[],
  operations: readonly PolicedOperation[],
  accountName: string,
): readonly Finding[] {
  const { base, on, sample } = place
  const findings = needed.flatMap((right) => {
    const has = place.has(right)
    if (has === true) return []
    const what = `${forWhat([right], operations)} in ${base}`
    const fix = dsacls(right, base, accountName)
    if (has === undefined)
      return [warning(what, `whether it may ${right.whatFor} cannot be checked without trying`, fix)]
    return [missing(what, `the service account may not ${right.whatFor}`, fix)]
  })
  if (findings.length > 0) return findings
  const seenOn = sample === undefined ? `there are no ${on} yet; new ones would inherit it` : `seen on ${sample}`
  return [ok(`${on} in ${base}`, `every right for ${forWhat(needed, operations)} is there (${seenOn})`)]
}

function ofClosed(
  place: Place,
  needed: readonly Right[],
  operations: readonly PolicedOperation[],
  accountName: string,
): readonly Finding[] {
  const lacking = needed.filter((right) => place.has(right) !== true)
  if (lacking.length === 0) return []
  const why = `inheritance is switched off in this unit, so what is given above does not reach it: ${forWhat(lacking, operations)} will be refused by the controller there`
  return [warning(`${place.on} in ${place.base}`, why, commands(lacking, place.base, accountName))]
}

const commands = (lacking: readonly Right[], base: string, accountName: string) =>
  lacking.map((right) => dsacls(right, base, accountName)).join('\n')

/** The allowed operations that need one of these rights. */
function forWhat(needed: readonly Right[], operations: readonly PolicedOperation[]): string {
  return operations.filter((operation) => needed.some((right) => right.operations.includes(operation))).join(', ')
}
