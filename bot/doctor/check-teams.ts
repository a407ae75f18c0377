import { CredentialError } from '../directory/credential-error.ts'
import type { TokenSource } from '../directory/token-source.ts'
import type { Finding } from './finding.ts'

/** What the doctor wants to know of the Teams settings. */
export interface TeamsToCheck {
  readonly appId: string
  readonly tenantId: string
  readonly catalogAppId: string | undefined
  readonly itChannel: string | undefined
  /** The bot's certificate where it has one, as in `GraphSettings`. */
  readonly certificate?: string | undefined
  /** Tokens for `https://api.botframework.com/.default`. */
  readonly tokens: TokenSource
}

/** Whether the bot can sign in as itself, and whether what it needs to reach people first is set. */
export async function checkTeams(teams: TeamsToCheck): Promise<Finding[]> {
  return [
    await signIn(teams),
    set(
      'TEAMS_CATALOG_APP_ID',
      teams.catalogAppId,
      'managers who never opened HelpBot in Teams cannot be written to first',
      'admin.teams.microsoft.com › Teams apps › Manage apps › HelpBot › copy the app ID',
    ),
    set(
      'TEAMS_IT_CHANNEL',
      teams.itChannel,
      'IT hears of refusals and incidents in tickets only',
      'in Teams: the channel › … › Get link to channel; the part from 19: to @thread.tacv2, with %3A and %40 decoded',
    ),
  ]
}

async function signIn({ appId, tenantId, tokens }: TeamsToCheck): Promise<Finding> {
  const what = 'TEAMS_APP_ID'
  try {
    await tokens.token()
    return { status: 'ok', what, why: `bot ${appId} of tenant ${tenantId} can sign in to the Bot Framework` }
  } catch (error) {
    const why = error instanceof CredentialError ? error.message : 'its credential was refused'
    return {
      status: 'missing',
      what,
      why: `the bot cannot sign in, so nothing it says arrives: ${why}`,
      fix: 'portal.azure.com › Azure Bot › Configuration: type Single Tenant, App ID = TEAMS_APP_ID, App Tenant ID = TEAMS_APP_TENANT_ID; and the certificate (or TEAMS_APP_PASSWORD) on that app registration',
    }
  }
}

function set(what: string, value: string | undefined, without: string, fix: string): Finding {
  if (value !== undefined) return { status: 'ok', what, why: 'is set' }
  return { status: 'warning', what, why: `is not set: ${without}`, fix }
}
