import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { anything } from '../ldap/filters.ts'
import { byGuid } from '../ldap/names.ts'

/** Where an object lies now. @throws AgentError not-found */
export async function dnOf(controller: Controller, guid: string): Promise<string> {
  const [entry] = await controller.search({ base: byGuid(guid), scope: 'base', filter: anything, attributes: ['cn'] })
  if (entry === undefined) throw new AgentError('not-found', `there is no object ${guid}`)
  return entry.dn
}
