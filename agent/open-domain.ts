import { AgentError } from './agent-error.ts'
import { type AgentSettings, readPassword } from './config.ts'
import { openDomain } from './ldap/connect.ts'
import type { Domain } from './ldap/domain.ts'

/** The domain of the agent's file. The password is read at every connection, so that a new one is taken up without a restart. */
export function openConfiguredDomain({ directory }: Pick<AgentSettings, 'directory'>, clock: () => Date): Domain {
  const { urls, ca, servername, bind } = directory
  return openDomain(
    {
      urls,
      ...(ca === undefined ? {} : { ca }),
      ...(servername === undefined ? {} : { servername }),
      bind: { name: bind.name, password: async () => passwordNow(bind.passwordFile) },
    },
    clock,
    Math.random,
  )
}

function passwordNow(file: string): string {
  try {
    return readPassword(file)
  } catch (error) {
    throw new AgentError('unreachable', error instanceof Error ? error.message : String(error), { cause: error })
  }
}
