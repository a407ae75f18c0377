import { backOff, failures } from '../../bot/access/attempts.ts'
import { carriesNot } from '../../bot/approvals/requests/carries.ts'
import { readRequest } from '../../bot/approvals/requests/requests.ts'
import type { GroupId, UserId } from '../../bot/identity/person.ts'
import { minutes, seconds } from '../bot/identity/people.ts'
import { Broken, must } from './broken.ts'
import type { World } from './world.ts'

/** Longer than this nobody keeps what is over, while the service works. */
const grace = 60 * seconds
/** After so long another replica goes on with what one had begun (bot/access/run-to-its-end.ts), and looks as often as that. */
const givenUpAfter = 15 * minutes + 40 * seconds

/** A grant that may carry a membership now. */
export interface Carrier {
  readonly id: string
  readonly state: string
  readonly group_id: string
  readonly person_id: string
  readonly request_id: string
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly attempts: number
}

/** Grants whose request is approved as it must be, and whose start has come; of one membership or of all. */
async function carriersIn(world: World, of?: { readonly group: GroupId; readonly person: UserId }) {
  let query = world.database
    .selectFrom('access_grants')
    .select(['id', 'state', 'group_id', 'person_id', 'request_id', 'starts_at', 'ends_at', 'attempts'])
    .where('tenant_id', '=', world.tenant)
    .where('state', 'in', ['waiting', 'active'])
    .where('starts_at', '<=', world.clock())
  if (of) query = query.where('person_id', '=', of.person).where('group_id', '=', of.group)
  const carriers: Carrier[] = []
  for (const grant of await query.execute()) if (await carries(world, grant)) carriers.push(grant)
  return carriers
}

/** What is approved once stays as it is; at the end of a world it is looked at again. */
async function carries(world: World, grant: Carrier): Promise<boolean> {
  const of = `${grant.person_id} ${grant.group_id}`
  const known = world.carried.get(grant.request_id)
  if (known) return known.of === of
  const request = await readRequest(world.database, grant.request_id)
  if (!request || carriesNot(request) !== undefined) return false
  const approvers = request.asks.filter(({ state }) => state === 'approved').map(({ approver }) => approver.id)
  const carried = { of: `${request.terms.person.id} ${request.terms.group?.id}`, approvers }
  world.carried.set(grant.request_id, carried)
  return carried.of === of
}

/**
 * A membership is made only where an approval carries it, by people who may still speak, and never a second time by the same
 * grant; and what is over is taken back in time. Leave to make it lasts for a minute: what comes to an end in between is taken back.
 */
export function watchChanges(world: World, broken: (error: Broken) => void): void {
  const { watch, left } = world.company
  const hasLeft = (id: UserId) => (left.get(id) ?? Number.POSITIVE_INFINITY) <= world.now() - grace
  watch.adding = async (group, person) => {
    const of = await carriersIn(world, { group, person })
    const now = of.filter(
      ({ state, ends_at }) => state === 'waiting' && (ends_at === null || ends_at.getTime() > world.now() - grace),
    )
    if (now.length === 0)
      broken(new Broken(`a membership is made that no approval carries: ${JSON.stringify(of)}`, person))
    const gone = now.map((carrier) =>
      (world.carried.get(carrier.request_id)?.approvers ?? []).find((id) => hasLeft(id)),
    )
    if (now.length > 0 && gone.every((id) => id !== undefined))
      broken(new Broken('a membership is made for which somebody said yes who has left', person))
  }
  watch.removing = async (group, person) => {
    const of = (await carriersIn(world, { group, person })).filter(({ state }) => state === 'active')
    const last = Math.max(...of.map((carrier) => lastMoment(world, carrier)))
    if (of.length > 0 && last < world.now())
      broken(new Broken(`a membership is taken back ${late(world, last)} s too late: ${JSON.stringify(of)}`, person))
  }
}

function late(world: World, last: number): number {
  return Math.round((world.now() - last) / seconds)
}

/** Each membership that we made is carried by an approval now, and by none that has been over for longer than a minute of service. */
export async function memberships(world: World): Promise<void> {
  const carriers = await carriersIn(world)
  for (const carrier of carriers) keepsWhatIsTheirs(world, carrier)
  const all = Map.groupBy(carriers, ({ group_id, person_id }) => `${group_id} ${person_id}`)
  for (const [group, set] of world.company.members)
    for (const [person, made] of set) {
      if (made !== 'us') continue
      const of = all.get(`${group} ${person}`) ?? []
      must(of.length > 0, 'a membership stands that no approval carries', person)
      const last = Math.max(...of.map((carrier) => lastMoment(world, carrier)))
      must(
        last >= world.now(),
        `a membership stands ${late(world, last)} s longer than it may: ${JSON.stringify(of)}`,
        person,
      )
    }
}

/** What is granted and not over is there, where nobody else touched it and no operation about it is or was in trouble. */
function keepsWhatIsTheirs(world: World, { id, state, group_id, person_id, ends_at }: Carrier): void {
  const { company, engines } = world
  if (state !== 'active' || (ends_at !== null && ends_at.getTime() <= world.now())) return
  if (company.touched.has(`${group_id} ${person_id}`) || company.lastTrouble(person_id) !== undefined) return
  if (engines.interruptedOf(person_id, group_id).length > 0 || engines.brokeFor(person_id, group_id)) return
  const set = [...company.members].find(([group]) => group === group_id)
  const is = [...(set?.[1].keys() ?? [])].some((person) => person === person_id)
  must(is, `${id} is active, and the membership is not there`, person_id)
}

/** Until when somebody may keep what is over: a minute after its end, or after what kept the service from working. */
function lastMoment(world: World, { group_id: group, person_id: person, ends_at, attempts }: Carrier): number {
  if (ends_at === null) return Number.POSITIVE_INFINITY
  const end = ends_at.getTime()
  const { company, engines } = world
  const after = (moment: Date | undefined, more = 0) =>
    moment !== undefined && moment.getTime() >= end ? moment.getTime() + more : end
  const stuck = engines.interruptedOf(person, group).map(({ stuckSince, resumedAt }) => {
    const since = Math.max(stuckSince?.getTime() ?? 0, end)
    const until = Math.min(resumedAt?.getTime() ?? world.now(), since + givenUpAfter)
    return new Date(until)
  })
  const moments = [
    // An operation that broke off has failed, and the next attempt waits.
    after(world.disturbedAt(), failures(attempts) > 0 ? backOff(attempts) : 0),
    after(company.lastTrouble(person), backOff(attempts)),
    after(company.outage(), backOff(attempts)),
    ...stuck.map((moment) => after(moment, backOff(attempts))),
  ]
  return Math.max(...moments) + grace
}
