import type { DirectoryGroup } from '../directory/directory.ts'
import type { OperationRequest } from '../operations/operation.ts'
import type { KeptContract } from './contracts.ts'
import type { KeptGrant } from './grants.ts'

type Numbered = Pick<KeptGrant, 'id' | 'attempts'>

/** The operation by which a grant begins: the same attempt is the same operation, on whichever replica. */
export function grantOperation({ id, attempts }: Numbered): string {
  return `${id}:grant:${attempts}`
}

/** The one by which it ends, at its time or given back: whoever is first, it is taken back once. */
export function revokeOperation({ id, attempts }: Numbered): string {
  return `${id}:revoke:${attempts}`
}

export function enableOperation({ id, attempts }: Pick<KeptContract, 'id' | 'attempts'>): string {
  return `${id}:enable:${attempts}`
}

export function disableOperation({ id, attempts }: Pick<KeptContract, 'id' | 'attempts'>): string {
  return `${id}:disable:${attempts}`
}

export function grantRequest(grant: KeptGrant): OperationRequest {
  const approvers = grant.approvers.map(({ name, as }) => `${name} (${as})`).join(', ')
  return {
    ...common(grant),
    id: grantOperation(grant),
    name: 'grant-access',
    actor: grant.requester.id,
    why: `${grant.reason}; approved by ${approvers}`,
    access: {
      group: grant.group,
      title: grant.title,
      warrant: { by: 'approval', request: grant.requestId, grant: grant.id, contract: grant.contractId },
    },
  }
}

export function revokeRequest(grant: KeptGrant): OperationRequest {
  return {
    ...common(grant),
    id: revokeOperation(grant),
    name: 'revoke-access',
    actor: 'helpbot',
    why: 'its time is over',
    access: {
      group: grant.group,
      title: grant.title,
      warrant: { by: 'expiry', grant: grant.id, contract: grant.contractId },
    },
  }
}

function common(
  grant: KeptGrant,
): Pick<OperationRequest, 'tenant' | 'target' | 'dialogId' | 'ticketId' | 'correlationId'> {
  return {
    tenant: grant.tenant,
    target: grant.person.id,
    dialogId: null,
    ticketId: grant.requestId,
    correlationId: grant.correlationId,
  }
}

export function enableRequest(contract: KeptContract): OperationRequest {
  const warrant = { by: 'approval', request: contract.requestId, grant: null, contract: contract.id } as const
  return {
    ...ofContract(contract),
    id: enableOperation(contract),
    name: 'enable-account',
    actor: contract.sponsor.id,
    why: `contract for ${contract.project}`,
    access: { group: null, title: contract.project, warrant },
  }
}

export function disableRequest(contract: KeptContract): OperationRequest {
  return {
    ...ofContract(contract),
    id: disableOperation(contract),
    name: 'disable-account',
    actor: 'helpbot',
    why: 'the contract has ended',
    access: { group: null, title: contract.project, warrant: ended(contract) },
  }
}

/** Takes away a membership that came with no grant of the contract. One an attempt to end it. */
export function removeRequest(contract: KeptContract, group: DirectoryGroup): OperationRequest {
  return {
    ...ofContract(contract),
    id: `${contract.id}:remove:${group.id}:${contract.attempts}`,
    name: 'revoke-access',
    actor: 'helpbot',
    why: 'the contract has ended',
    access: {
      group: { id: group.id, name: group.displayName },
      title: group.displayName,
      warrant: ended(contract),
    },
  }
}

function ended({ id }: KeptContract) {
  return { by: 'expiry', grant: null, contract: id } as const
}

function ofContract(contract: KeptContract): ReturnType<typeof common> {
  return {
    tenant: contract.tenant,
    target: contract.person.id,
    dialogId: null,
    ticketId: contract.requestId,
    correlationId: contract.correlationId,
  }
}
