import { findApprovers } from '../approvals/requests/approvers.ts'
import type { FoundPanel } from '../approvals/requests/happened.ts'
import type { AccessRequest, Terms } from '../approvals/requests/request.ts'
import type { TenantId } from '../identity/person.ts'
import type { Panel, Stage } from '../policy/catalogue/catalogue.ts'
import type { Ground } from './ground.ts'

const mostNamed = 3

/** Who would be asked were this asked for now: the names are looked up in the directory. One sentence part a stage. */
export async function approversOf(
  ground: Ground,
  tenant: TenantId,
  terms: Terms,
  stages: readonly Stage[],
): Promise<readonly string[]> {
  const parts: string[] = []
  for (const [index, stage] of stages.entries()) {
    const found = await findApprovers(ground.access, imagined(ground, tenant, terms, stages, index))
    parts.push(stage.map((panel, nth) => panelInWords(terms, panel, found[nth])).join(', and '))
  }
  return parts
}

/** The request as it would stand at one of its stages. */
function imagined(
  ground: Ground,
  tenant: TenantId,
  terms: Terms,
  stages: readonly Stage[],
  stage: number,
): AccessRequest {
  const now = ground.clock().toISOString()
  return {
    id: 'imagined',
    tenant,
    state: 'open',
    terms,
    earlier: [],
    stages,
    stage,
    asks: [],
    questions: [],
    askedAt: now,
    expiresAt: now,
    decidedAt: null,
    ending: null,
    correlationId: 'imagined',
  }
}

function panelInWords(terms: Terms, { need }: Panel, found: FoundPanel | undefined): string {
  const approvers = found?.approvers ?? []
  if (approvers.length === 0) return 'IT, because I find nobody else who could say yes'
  const names = approvers.slice(0, mostNamed).map(({ name, as }) => `${name} (${inShort(terms, as)})`)
  const others = approvers.length - names.length
  const all = others > 0 ? [...names, others === 1 ? 'one other' : `${others} others`] : names
  if (all.length === 1) return all.join('')
  const counted = need >= approvers.length ? '' : need === 1 ? 'one of ' : `${need} of `
  const between = counted === '' ? ' and ' : ' or '
  return `${counted}${all.slice(0, -1).join(', ')}${between}${all.at(-1)}`
}

/** Whose manager it is goes without saying to whoever asks for themselves. */
function inShort({ person, requester }: Terms, as: string): string {
  return person.id === requester.id && as === `manager of ${person.name}` ? 'manager' : as
}
