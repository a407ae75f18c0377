import { AgentError } from '../agent-error.ts'
import type { Controller } from './domain.ts'
import { sidText } from './encodings.ts'
import { bufferOf, textOf } from './entry.ts'
import { anything } from './filters.ts'
import { domainOf, parentDn } from './names.ts'

export interface DomainFacts {
  /** DNS name, lower case. */
  readonly name: string
  readonly sid: string
  /** DNS name of the PDC emulator, lower case, where it can be found out. */
  readonly pdc: string | undefined
}

/**
 * Reads the head of the domain: its SID, and who plays PDC emulator. fSMORoleOwner names the settings object (nTDSDSA) of that
 * controller; the server object it lies in bears the DNS name (MS-ADTS 3.1.1.1.11, 6.1.1.2.2.1.2.1.1).
 * @throws AgentError
 */
export async function readDomain(controller: Controller): Promise<DomainFacts> {
  const [head] = await controller.search({
    base: controller.domainDn,
    scope: 'base',
    filter: anything,
    attributes: ['objectSid', 'fSMORoleOwner'],
    binary: ['objectSid'],
  })
  const sid = head && bufferOf(head, 'objectSid')
  if (sid === undefined)
    throw new AgentError('refused', `the service account may not read the head of the domain, ${controller.domainDn}`)
  const owner = head && textOf(head, 'fSMORoleOwner')
  return {
    name: domainOf(controller.domainDn),
    sid: sidText(sid),
    pdc: owner === undefined ? undefined : await hostOf(controller, owner),
  }
}

/** The DNS name of the controller with these settings, or undefined where it cannot be read: then any controller has to do. */
async function hostOf(controller: Controller, settingsDn: string): Promise<string | undefined> {
  try {
    const base = parentDn(settingsDn)
    if (base === undefined) return undefined
    const [server] = await controller.search({ base, scope: 'base', filter: anything, attributes: ['dNSHostName'] })
    return server && textOf(server, 'dNSHostName')?.toLowerCase()
  } catch (error) {
    if (error instanceof AgentError && error.code !== 'unreachable') return undefined
    throw error
  }
}
