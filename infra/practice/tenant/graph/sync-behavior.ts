import type { CompanyGroup, CompanyUser } from '../../company/model.ts'
import type { Answer } from '../exchange.ts'
import type { Call } from './call.ts'
import { entity } from './entity.ts'
import { badRequest } from './graph-fault.ts'

type Synced = Pick<CompanyUser | CompanyGroup, 'id' | 'onPremisesSyncEnabled' | 'isCloudManaged'>

/** Who masters an object that was synced once (learn.microsoft.com/graph/api/onpremisessyncbehavior-get). @throws GraphFault */
export function syncBehavior(call: Call, { id, onPremisesSyncEnabled, isCloudManaged }: Synced): Answer {
  if (onPremisesSyncEnabled !== true && !isCloudManaged)
    throw badRequest('The object is not synchronized from on-premises.')
  return entity(call, 'onPremisesSyncBehavior/$entity', { id, isCloudManaged })
}

/** Whether Graph refuses to write an object, because the on-premises Active Directory does. */
export function isMasteredElsewhere({ onPremisesSyncEnabled, isCloudManaged }: Synced): boolean {
  return onPremisesSyncEnabled === true && !isCloudManaged
}
