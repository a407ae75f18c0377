import type { Controller } from '../ldap/domain.ts'
import { groupNamed } from '../policy/look.ts'
import { type Finding, missing, ok } from './finding.ts'

/** Whether every group that the policy never touches is there: while one is not, the agent changes nobody. @throws AgentError */
export async function checkNeverTouch(controller: Controller, named: readonly string[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const group of named) {
    const what = `policy.neverTouch ${group}`
    if ((await groupNamed(controller, group)) !== undefined) findings.push(ok(what, 'is there'))
    else
      findings.push(
        missing(
          what,
          'there is no such group, or the service account may not read it, and so every change is refused',
          'correct policy.neverTouch in agent.yaml: the SID or the distinguished name of a group of this domain',
        ),
      )
  }
  return findings
}
