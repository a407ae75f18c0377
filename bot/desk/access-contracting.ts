import type { AccessDesk, Asked } from '../access/access-desk.ts'
import { contractOf, contractsOfSponsor, readContract } from '../access/contracts.ts'
import type { Contract } from '../access/grant.ts'
import { alongWith } from '../access/make-contract.ts'
import { momentInWords } from '../approvals/requests/lasts-words.ts'
import type { Named, Terms } from '../approvals/requests/request.ts'
import { openRequestOf } from '../approvals/requests/requests.ts'
import { whoItWaitsFor } from '../approvals/requests/waiting-words.ts'
import { plainText } from '../plain-text.ts'
import { askedBefore, askFor, sendOff } from './access-asking.ts'
import { contractorNow, mayBeContractor } from './access-contractors.ts'
import { lookAt } from './access-looking.ts'
import { takenAwayByContract } from './access-taken-away.ts'
import { inShort } from './access-whom.ts'
import { faultOfTime, reasonOf } from './access-wish.ts'
import type { Ground, Sitting } from './ground.ts'

const mostSearched = 15
const mostFound = 5
const mostContracts = 20
const mostEntries = 5
const longestProject = 100

/** Contractors: whoever asks answers for them, and whoever they report to says yes. */
export function contracting(
  ground: Ground,
  sitting: Sitting,
): Pick<
  AccessDesk,
  'contractRules' | 'findContractors' | 'myContractors' | 'requestContract' | 'requestContractExtension'
> {
  const { person } = sitting
  const { database } = ground
  const rulesNow = () => ground.access.catalogue.contracts
  const noRules: Asked = { ok: false, sentence: 'There are no contracts here. Please talk to IT.' }

  /** What is there already for this person: a sentence. */
  async function already({ id, name }: Named): Promise<string | undefined> {
    const [contract, open] = await Promise.all([
      contractOf(database, person.tenant, id),
      openRequestOf(database, person.tenant, id, { kind: 'contract', entry: null, extends: null }),
    ])
    if (contract) {
      const ends = momentInWords(contract.endsAt.toISOString())
      return `${name} has a contract until ${ends}; ${contract.sponsor.name} answers for it.`
    }
    return open && `A contract for ${name} has been asked for already. ${whoItWaitsFor(open)}`
  }

  /** A contract that nobody answers for any more, and that nobody has asked to take over yet. */
  async function withoutSponsor({ id }: Named): Promise<Contract | undefined> {
    const contract = await contractOf(database, person.tenant, id)
    if (!contract || contract.sponsorGoneAt === null) return undefined
    const asked = { kind: 'contract-extension', entry: null, extends: contract.id } as const
    return (await openRequestOf(database, person.tenant, id, asked)) ? undefined : contract
  }

  /** What the contractor is to have besides: each a request of its own, until the contract ends or as long as it may last. */
  async function askAlong(id: string, whom: Named, reason: string, until: string, keys: readonly string[]) {
    const sentences: string[] = []
    for (const [index, key] of [...new Set(keys)].slice(0, mostEntries).entries()) {
      const along = alongWith(id, index + 1)
      const entry = await ground.entries.entry(person, key)
      if (!entry) continue
      const latest = entry.longest === undefined ? Number.POSITIVE_INFINITY : ground.clock().getTime() + entry.longest
      const lasts = { until: new Date(Math.min(Date.parse(until), latest)).toISOString() }
      const looked = await lookAt(ground, sitting, entry, whom)
      const asked =
        (await askedBefore(ground, sitting, along)) ??
        (await askFor(ground, sitting, along, looked, { reason, startsAt: null, lasts }))
      sentences.push(
        asked.ok ? `${entry.title}: ${asked.sentence}` : `${entry.title} was not asked for: ${asked.sentence}`,
      )
    }
    return sentences
  }

  return {
    contractRules() {
      const rules = rulesNow()
      return rules && { longest: rules.longest }
    },
    async findContractors(text) {
      const rules = rulesNow()
      const wanted = text.trim().slice(0, 100)
      if (!rules || wanted === '') return []
      const found = await ground.directory.findPeople(wanted, mostSearched, { guests: true })
      const may = await Promise.all(found.map((user) => mayBeContractor(ground, sitting, rules, user)))
      return found
        .filter((_, index) => may[index])
        .slice(0, mostFound)
        .map(inShort)
    },
    async myContractors() {
      const contracts = await contractsOfSponsor(database, person.tenant, person.id, mostContracts)
      return contracts.map(({ id, person: { name }, project, endsAt, state }) => ({
        contract: id,
        name,
        project,
        endsAt: endsAt.toISOString(),
        waiting: state === 'waiting',
      }))
    },
    async requestContract(id, { about, project: given, until, entries }) {
      const rules = rulesNow()
      if (!rules) return noRules
      const project = plainText(given, longestProject)
      const reason = `Project: ${project}`
      const fault = reasonOf(project)
      if ('fault' in fault) return { ok: false, sentence: fault.fault }
      const whom = await contractorNow(ground, sitting, rules, about)
      if (!whom) return { ok: false, sentence: 'I find nobody of that name who may be a contractor here.' }
      const known = await askedBefore(ground, sitting, id)
      const orphan = known ? undefined : await withoutSponsor(whom)
      if (!known) {
        const lasts = { until }
        const instead =
          (orphan ? undefined : await already(whom)) ??
          faultOfTime({ startsAt: null, lasts }, rules.longest, ground.clock())
        if (instead !== undefined) return { ok: false, sentence: instead }
      }
      // Whoever asks for a contract whose sponsor is gone takes it over.
      const kind = orphan ? 'contract-extension' : 'contract'
      const taken = { kind, project: orphan?.project ?? project, extends: orphan?.id ?? null } as const
      const conflicts = known || orphan ? [] : await takenAwayByContract(ground, sitting, whom, until)
      const terms = contractTerms(sitting, { ...taken, person: whom, reason, until, conflicts })
      const asked = known ?? (await sendOff(ground, sitting, id, terms, rules.approvals))
      if (!asked.ok) return asked
      const along = await askAlong(id, whom, reason, until, entries)
      return { ...asked, sentence: [asked.sentence, ...along].join(' ') }
    },
    async requestContractExtension(id, extended, wish) {
      const rules = rulesNow()
      if (!rules) return noRules
      const known = await askedBefore(ground, sitting, id)
      if (known) return known
      const contract = await readContract(database, extended)
      const { tenant, id: asker } = person
      if (contract?.tenant !== tenant || contract.sponsor.id !== asker)
        return { ok: false, sentence: 'You do not answer for that contract.' }
      if (contract.state !== 'active' && contract.state !== 'waiting')
        return { ok: false, sentence: 'That contract has ended. Ask for a new one.' }
      const asked = { kind: 'contract-extension', entry: null, extends: contract.id } as const
      const open = await openRequestOf(database, tenant, contract.person.id, asked)
      if (open) return { ok: false, sentence: `An extension has been asked for already. ${whoItWaitsFor(open)}` }
      const given = reasonOf(wish.reason)
      if ('fault' in given) return { ok: false, sentence: given.fault }
      const ends = momentInWords(contract.endsAt.toISOString())
      const fault =
        Date.parse(wish.until) <= contract.endsAt.getTime()
          ? `The contract lasts until ${ends} as it is.`
          : faultOfTime({ startsAt: null, lasts: { until: wish.until } }, rules.longest, ground.clock())
      if (fault !== undefined) return { ok: false, sentence: fault }
      const { person: whom, project } = contract
      const terms = contractTerms(sitting, {
        kind: 'contract-extension',
        person: whom,
        project,
        reason: given.reason,
        until: wish.until,
        extends: contract.id,
        conflicts: [],
      })
      return await sendOff(ground, sitting, id, terms, rules.approvals)
    },
  }
}

function contractTerms(
  { person: sponsor }: Sitting,
  {
    project,
    until,
    ...terms
  }: Pick<Terms, 'kind' | 'person' | 'reason' | 'extends' | 'conflicts'> & {
    readonly project: string
    readonly until: string
  },
): Terms {
  return {
    ...terms,
    requester: { id: sponsor.id, name: sponsor.name },
    entry: null,
    title: project,
    // Not until when: whoever approves it for less would approve words that are not true any more.
    opens: `An account that works until the contract ends; ${sponsor.name} answers for it.`,
    group: null,
    risk: 'medium',
    startsAt: null,
    lasts: { until },
  }
}
