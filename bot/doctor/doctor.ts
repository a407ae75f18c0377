import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { SlackSettings } from '../config.ts'
import { CredentialError } from '../directory/credential-error.ts'
import { entraDirectory } from '../directory/entra.ts'
import { graphClient } from '../directory/graph-client.ts'
import { type GraphSettings, graphTokens } from '../directory/graph-credential.ts'
import type { Fetch } from '../directory/graph-transport.ts'
import { keyVault, managedIdentity, type VaultReader } from '../directory/key-vault.ts'
import type { TokenSource } from '../directory/token-source.ts'
import type { GroupId } from '../identity/person.ts'
import type { Catalogue } from '../policy/catalogue/catalogue.ts'
import type { Policy } from '../policy/policy.ts'
import { checkAuthority } from './check-authority.ts'
import { checkCatalogue } from './check-catalogue.ts'
import { checkCertificate } from './check-certificate.ts'
import { checkMailbox } from './check-mailbox.ts'
import { checkPermissions } from './check-permissions.ts'
import { checkProtected } from './check-protected.ts'
import { checkPasswordRole } from './check-role.ts'
import { checkSlack } from './check-slack.ts'
import { checkTeams, type TeamsToCheck } from './check-teams.ts'
import type { Finding } from './finding.ts'
import { readClaims, type TokenClaims } from './token-claims.ts'

/** What is to be examined. */
export interface Patient {
  readonly graph: GraphSettings
  /** Undefined: Teams is not set up. */
  readonly teams: TeamsToCheck | undefined
  /** Undefined: Slack is not set up. */
  readonly slack?: SlackSettings | undefined
  /** Whether policy delivers Temporary Access Passes; undefined when it was not looked up. */
  readonly accessPasses?: boolean | undefined
  /** Whether there is a catalogue of what can be asked for; undefined when it was not looked up. */
  readonly access?: boolean | undefined
  /** That catalogue, to be held against the directory, and the groups that the policy protects. */
  readonly catalogue?: { readonly content: Catalogue; readonly protectedGroups: readonly GroupId[] } | undefined
  /** Whom the policy protects; undefined when it was not looked up. */
  readonly protected?: Policy['protected'] | undefined
}

export interface DoctorDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly fetch: Fetch
  readonly vault?: VaultReader
}

/**
 * Examines the configured tenant and says what is there, what is missing and what is too much. Reads only; changes
 * nothing and sends nothing to anybody. Goes on as far as it can when something is missing.
 */
export async function runDoctor(patient: Patient, deps: DoctorDeps): Promise<readonly Finding[]> {
  const vault = deps.vault ?? keyVault({ fetch: deps.fetch, token: managedIdentity(undefined) })
  const [authority, certificates, teams, slack, graph] = await Promise.all([
    checkAuthority(patient.graph, deps),
    checkCertificates(patient, { clock: deps.clock, vault }),
    patient.teams === undefined ? [] : checkTeams(patient.teams),
    patient.slack === undefined ? [] : checkSlack(patient.slack, deps),
    examineGraph(patient, deps, graphTokens(patient.graph, { ...deps, vault })),
  ])
  return [...authority, ...certificates, ...graph, ...teams, ...slack]
}

/** Teams usually signs with Graph's certificate: then there is one to look at. */
function checkCertificates(patient: Patient, deps: { clock: Clock; vault: VaultReader }): Promise<Finding[]> {
  const ours = patient.graph.certificate
  const theirs = patient.teams?.certificate
  const checks = [checkCertificate('GRAPH_CERTIFICATE', ours, deps)]
  if (theirs !== undefined && theirs !== ours) checks.push(checkCertificate('TEAMS_CERTIFICATE', theirs, deps))
  return Promise.all(checks)
}

async function examineGraph(patient: Patient, deps: DoctorDeps, tokens: TokenSource): Promise<Finding[]> {
  const { clientId, mailFrom } = patient.graph
  let claims: TokenClaims
  try {
    claims = readClaims(await tokens.token())
  } catch (error) {
    const why = error instanceof CredentialError ? error.message : 'what came back is not an access token'
    return [{ status: 'missing', what: 'token for Microsoft Graph', why }]
  }
  const { roles, oid } = claims
  const setUp = {
    notices: mailFrom !== undefined,
    teams: patient.teams?.catalogAppId !== undefined,
    'access-pass': patient.accessPasses,
    access: patient.access,
  }
  const graph = graphClient({
    ...deps,
    endpoint: new URL(patient.graph.endpoint).origin,
    tokens,
    requestId: randomUUID,
  })
  return [
    { status: 'ok', what: 'token for Microsoft Graph', why: 'the certificate signs in' },
    ...checkPermissions(roles, setUp, clientId),
    ...(await Promise.all([checkPasswordRole(graph, oid), checkMailbox(graph, mailFrom)])),
    ...(await examineNames(patient, deps, tokens)),
  ]
}

/** Whether those whom the owner's files name are in the directory. */
async function examineNames(
  { graph: settings, catalogue, protected: spared }: Patient,
  { clock, random, sleep, fetch }: DoctorDeps,
  tokens: TokenSource,
): Promise<Finding[]> {
  const directory = entraDirectory({ settings, clock, random, sleep, fetch, tokens })
  return [
    ...(spared ? await checkProtected(spared, directory) : []),
    ...(catalogue ? await checkCatalogue(catalogue.content, directory, catalogue.protectedGroups) : []),
  ]
}

/** True when something that HelpBot needs is missing. */
export function isIll(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === 'missing')
}
