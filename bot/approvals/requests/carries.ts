import type { AccessRequest, Ask } from './request.ts'
import { beginOf, covers, termsHash } from './terms.ts'

/**
 * Why the approvals in a request do not carry what it asks for, in words for IT; undefined when they do. Nothing is taken on trust
 * from whatever wrote the document: this is what operations go by when they change who has access.
 */
export function carriesNot(request: AccessRequest): string | undefined {
  const { state, stages, asks, terms } = request
  if (state !== 'approved') return `the request is ${state}`
  if (stages.length === 0 || stages.some((stage) => stage.length === 0)) return 'nobody was to approve it'
  if (asks.some((ask) => ask.state === 'denied')) return 'somebody denied it'
  const approvals = asks.filter((ask) => ask.state === 'approved')
  const people = approvals.map(({ approver }) => approver.id)
  if (new Set(people).size !== people.length) return 'somebody approved it twice'
  if (people.includes(terms.requester.id)) return 'whoever asked for it approved it'
  if (people.includes(terms.person.id)) return 'whoever gets it approved it'
  for (const [stage, panels] of stages.entries())
    for (const [panel, { need }] of panels.entries()) {
      const said = approvals.filter((ask) => ask.stage === stage && ask.panel === panel).length
      if (!(need >= 1 && said >= need)) return `stage ${stage + 1} has ${said} of ${need} approvals`
    }
  return approvals.map((ask) => approvesNot(request, ask)).find((why) => why !== undefined)
}

/** Why one approval does not count. */
function approvesNot(request: AccessRequest, { approver, hash, proof, askedAt, decidedAt }: Ask): string | undefined {
  const decided = Date.parse(decidedAt ?? '')
  if (!(decided >= Date.parse(askedAt) && decided < Date.parse(request.expiresAt)))
    return `${approver.id} did not approve it in time`
  if (!approvedTerms(request).has(hash)) return `${approver.id} approved something else`
  if (request.terms.risk !== 'high') return undefined
  const proved = proof?.method === 'totp' ? Date.parse(proof.at) : Number.NaN
  return proved >= Date.parse(askedAt) && proved <= decided ? undefined : `${approver.id} did not prove themselves`
}

/** Hashes of the terms by which a yes carries what is asked for now. */
function approvedTerms({ terms, earlier, decidedAt }: AccessRequest): ReadonlySet<string> {
  const begins = decidedAt === null ? null : beginOf(terms.startsAt, new Date(decidedAt))
  const covering = earlier.filter((before) => covers(before, terms, begins))
  return new Set([terms, ...covering].map(termsHash))
}
