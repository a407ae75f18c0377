import { setTimeout as sleep } from 'node:timers/promises'
import { teamsTokens } from '../channels/teams-tokens.ts'
import { ConfigError, loadSettings, type TeamsSettings } from '../config.ts'
import { loadCatalogue } from '../policy/catalogue/load.ts'
import { loadPolicy, PolicyError } from '../policy/policy.ts'
import { defaultPolicyFile, readCatalogue, readPolicy } from '../policy/read-policy.ts'
import { isIll, type Patient, runDoctor } from './doctor.ts'
import { line } from './finding.ts'
import { permissionTable } from './permission-table.ts'

const clock = () => new Date()

function teamsPatient(teams: TeamsSettings, authority: string): NonNullable<Patient['teams']> {
  const { credential } = teams
  return {
    ...teams,
    certificate: 'certificate' in credential ? credential.certificate : undefined,
    tokens: teamsTokens(teams, authority, clock),
  }
}

/**
 * `npm run doctor`: looks at the configured tenant, prints one line a finding, exits 1 when something needed is
 * missing and 2 when the settings are faulty. `npm run doctor -- --permissions` prints the table of infra/README.md
 * and looks at nothing.
 */
async function main(): Promise<number> {
  if (process.argv.includes('--permissions')) {
    console.log(permissionTable())
    return 0
  }
  const settings = loadSettings(process.env)
  const policyFile = settings.policyFile ?? defaultPolicyFile
  const policy = loadPolicy(readPolicy(policyFile), policyFile)
  const { catalogueFile } = settings
  const content = catalogueFile ? loadCatalogue(readCatalogue(catalogueFile), catalogueFile) : undefined
  const patient: Patient = {
    graph: settings.graph,
    teams: settings.teams && teamsPatient(settings.teams, settings.authority),
    slack: settings.slack,
    accessPasses: policy.operations['reset-password-for'].deliver === 'temporary-access-pass',
    access: content !== undefined,
    protected: policy.protected,
    catalogue: content ? { content, protectedGroups: policy.protected.groups } : undefined,
  }
  const findings = await runDoctor(patient, { clock, random: Math.random, sleep, fetch: globalThis.fetch })
  for (const finding of findings) console.log(line(finding))
  const count = (status: string) => findings.filter((finding) => finding.status === status).length
  console.log(
    `\n${count('missing')} missing, ${count('warning')} warnings, ${count('unneeded')} unneeded, ${count('ok')} ok`,
  )
  return isIll(findings) ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof PolicyError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
