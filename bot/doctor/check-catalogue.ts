import { plain } from '../channels/text.ts'
import type { Directory, DirectoryUser, GroupFacts } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import { type GroupId, groupId } from '../identity/person.ts'
import { inParallel } from '../in-parallel.ts'
import type { Catalogue, Entry, Panel, Stage } from '../policy/catalogue/catalogue.ts'
import type { Finding } from './finding.ts'
import { type Fault, unwritable } from './unwritable-group.ts'

/** Groups that are looked at in the directory at the same time. */
const atOnce = 8
/** Approvers are taken from so many. */
const mostApprovers = 100
const overview = 'entra.microsoft.com › Groups › the group › Overview › Object ID'

type Looking = Pick<Directory, 'groups' | 'groupAuthority' | 'groupPrivilege' | 'groupWithin' | 'owners' | 'members'>

/**
 * Whether what people can ask for could be given: every group that the catalogue names is there, those of the entries can be
 * written, and enough people can approve. The managers of people are not looked at.
 * @param protectedGroups of the policy: nobody is made a member of them, nor of groups nested in them
 */
export async function checkCatalogue(
  catalogue: Catalogue,
  directory: Looking,
  protectedGroups: readonly GroupId[],
): Promise<Finding[]> {
  const what = 'HELPBOT_CATALOGUE'
  const elsewhere = groupsElsewhere(catalogue)
  let known: ReadonlyMap<GroupId, GroupFacts>
  try {
    const found = await directory.groups([...catalogue.entries.map(({ group }) => group), ...elsewhere.keys()])
    known = new Map(found.map((facts) => [facts.id, facts]))
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return [{ status: 'warning', what, why: `its groups cannot be looked at: ${error.detail}` }]
  }
  const faults = new Map<string, Fault>()
  const unseen = new Map<string, string>()
  const look = async (entry: Entry) => {
    const fault = await faultOf(entry, known, directory, protectedGroups)
    if (fault) faults.set(entry.key, fault)
  }
  await inParallel(catalogue.entries, atOnce, look, (entry, error) => {
    if (!(error instanceof DirectoryError)) throw error
    unseen.set(entry.key, error.detail)
  })
  const ill = [
    ...catalogue.entries.flatMap(({ key }) => asFinding(`catalogue entry ${key}`, faults.get(key))),
    ...[...elsewhere].flatMap(([id, where]) => (known.has(id) ? [] : asFinding(`catalogue: ${where}`, gone(id)))),
  ]
  const [first] = unseen
  if (first)
    ill.push({
      status: 'warning',
      what,
      why: `entries that could not be looked at wholly: ${unseen.size}, the first of them ${first[0]}: ${first[1]}`,
    })
  if (ill.length > 0) return ill
  return [
    {
      status: 'ok',
      what,
      why: `entries: ${catalogue.entries.length}; their groups are there, can be written, and have approvers`,
    },
  ]
}

function asFinding(what: string, fault: Fault | undefined): Finding[] {
  return fault ? [{ status: 'missing', what, ...fault }] : []
}

function gone(id: GroupId): Fault {
  return {
    why: `the directory has no group ${id}`,
    fix: `write the object id of the group that is meant (${overview}), or leave it out`,
  }
}

async function faultOf(
  entry: Entry,
  known: ReadonlyMap<GroupId, GroupFacts>,
  directory: Looking,
  protectedGroups: readonly GroupId[],
): Promise<Fault | undefined> {
  const group = known.get(entry.group)
  if (!group) return gone(entry.group)
  const name = `its group ${plain(group.displayName, 100)}`
  const kind = unwritable(group, await directory.groupAuthority(group.id))
  if (kind) return { why: `${name} ${kind.why}`, fix: kind.fix }
  const { privileged, because } = await directory.groupPrivilege(group.id)
  if (privileged)
    return {
      why: `${name} gives administrator rights (${because.join('; ')}), so nobody is added to it`,
      fix: 'take the group out of the one that is named here, or name another group',
    }
  const within = protectedGroups.length > 0 ? await directory.groupWithin(group.id, protectedGroups) : []
  if (within.length > 0)
    return {
      why: `${name} is, or is nested in, a group that the policy protects: ${within.join(', ')}`,
      fix: 'name another group, or take that one out of `protected` in HELPBOT_POLICY',
    }
  for (const panel of entry.approvals.flat()) {
    const fault = await lacking(panel, group, known, directory)
    if (fault) return { why: `${name}: ${fault.why}`, fix: fault.fix }
  }
  return undefined
}

/** Why a panel could never say yes. Who asks is out of the count at the time, and is not known here. */
async function lacking(
  { from, need }: Panel,
  group: GroupFacts,
  known: ReadonlyMap<GroupId, GroupFacts>,
  directory: Looking,
): Promise<Fault | undefined> {
  const tab = from === 'owners' ? 'Owners' : 'Members'
  const people = await approversOf(from, group, known, directory)
  const able = people?.filter(({ accountEnabled, userType }) => accountEnabled === true && userType === 'Member')
  if (able === undefined || able.length >= need) return undefined
  const whose = from === 'owners' ? 'its owners' : `the members of ${from}`
  return {
    why: `${need} of ${whose} must approve, and of those who can sign in there ${able.length === 1 ? 'is' : 'are'} ${able.length}`,
    fix: `entra.microsoft.com › Groups › the group › ${tab} › Add ${tab.toLowerCase()}; or let somebody else approve`,
  }
}

/** Undefined: a manager or a named person, whom this does not look at; or a group that is not there, which is said elsewhere. */
async function approversOf(
  from: Panel['from'],
  group: GroupFacts,
  known: ReadonlyMap<GroupId, GroupFacts>,
  directory: Looking,
): Promise<readonly DirectoryUser[] | undefined> {
  if (from === 'owners') return (await directory.owners(group.id, mostApprovers)).people
  const id = groupOf(from)
  return id && known.has(id) ? (await directory.members(id, mostApprovers)).people : undefined
}

function groupOf(from: Panel['from']): GroupId | undefined {
  return from.startsWith('group:') ? groupId.parse(from.slice('group:'.length)) : undefined
}

/** Every group that is named besides those of the entries, with the first place where. */
function groupsElsewhere({ entries, conflicts, contracts }: Catalogue): ReadonlyMap<GroupId, string> {
  const approving = (stages: readonly Stage[]) => stages.flat().flatMap(({ from }) => groupOf(from) ?? [])
  const named: readonly (readonly [GroupId, string])[] = [
    ...entries.flatMap(({ key, approvals, visibleTo }) => [
      ...approving(approvals).map((id) => [id, `approvals of ${key}`] as const),
      ...(visibleTo === 'everybody' ? [] : visibleTo.map((id) => [id, `visibleTo of ${key}`] as const)),
    ]),
    ...conflicts.flatMap(({ between, then }) =>
      then === 'refuse'
        ? []
        : approving([then.approval]).map((id) => [id, `conflict of ${between.join(' and ')}`] as const),
    ),
    ...(contracts
      ? [...contracts.groups, ...approving(contracts.approvals)].map((id) => [id, 'contracts'] as const)
      : []),
  ]
  const first = new Map<GroupId, string>()
  for (const [id, where] of named) if (!first.has(id)) first.set(id, where)
  return first
}
