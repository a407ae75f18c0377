import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UnsecuredJWT } from 'jose'
import { z } from 'zod'
import { CredentialError } from '../../../bot/directory/credential-error.ts'
import { allPermissions, permissions } from '../../../bot/directory/permissions.ts'
import { isIll, type Patient, runDoctor } from '../../../bot/doctor/doctor.ts'
import { type Finding, line } from '../../../bot/doctor/finding.ts'
import { tenantId } from '../../../bot/identity/person.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { graphFault, json, type LocalServer, localServer, testCertificates } from '../directory/local-server.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'
const self = '0d000000-0000-4000-8000-000000000001'
const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

/** What Graph answers to a batch of reads where none of it is there. */
function nothingThere(body: string) {
  const { requests } = z
    .object({ requests: z.array(z.object({ id: z.string(), url: z.string() })) })
    .parse(JSON.parse(body))
  const gone = ({ id, url }: { id: string; url: string }) => ({
    id,
    status: 404,
    body: graphFault('Request_ResourceNotFound', url),
  })
  return { responses: requests.map(gone) }
}

const exampleCatalogue = join(import.meta.dirname, '../../../infra/catalogue.example.yaml')

describe('npm run doctor', () => {
  let server: LocalServer
  let folder: string
  let granted: readonly string[]
  let held: { principalId: string; roleDefinitionId: string; directoryScopeId: string }[]
  let mailboxes: Record<string, string | null>
  let date: Date | undefined
  let patient: Patient

  before(async () => {
    await testCertificates()
    const { app } = await makeCertificates({ days: 90 })
    folder = mkdtempSync(join(tmpdir(), 'doctor-'))
    writeFileSync(join(folder, 'app.pem'), `${app.key}${app.cert}`)
    server = await localServer(({ method, path, body }, response) => {
      if (date !== undefined) response.setHeader('date', date.toUTCString())
      if (path === `/${tenant}/v2.0/.well-known/openid-configuration`)
        return json(response, 200, {
          token_endpoint: `${server.url}/${tenant}/oauth2/v2.0/token`,
          issuer: `${server.url}/${tenant}/v2.0`,
          authorization_endpoint: `${server.url}/authorize`,
          jwks_uri: `${server.url}/keys`,
        })
      if (path === `/${tenant}/oauth2/v2.0/token`) {
        const token = new UnsecuredJWT({ roles: [...granted], oid: self, tid: tenant }).encode()
        return json(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: token })
      }
      if (path === '/v1.0/roleManagement/directory/roleAssignments') return json(response, 200, { value: held })
      if (path === '/v1.0/$batch') return json(response, 200, nothingThere(body))
      const mailbox = decodeURIComponent(path.replace('/v1.0/users/', ''))
      if (method === 'GET' && mailbox in mailboxes) return json(response, 200, { id: self, mail: mailboxes[mailbox] })
      return json(response, 404, graphFault('Request_ResourceNotFound', path))
    })
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    granted = allPermissions
    held = [{ principalId: self, roleDefinitionId: userAdministrator, directoryScopeId: '/' }]
    mailboxes = { 'helpbot@nordwind.example': 'helpbot@nordwind.example' }
    date = undefined
    patient = {
      graph: {
        tenantId: tenant,
        clientId,
        authority: server.url,
        endpoint: server.url,
        certificate: join(folder, 'app.pem'),
        mailFrom: 'helpbot@nordwind.example',
      },
      teams: {
        appId: clientId,
        tenantId: tenant,
        catalogAppId: '5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34',
        itChannel: '19:it@thread.tacv2',
        tokens: { token: async () => 'token' },
      },
    }
  })

  const examine = () =>
    runDoctor(patient, { clock: () => new Date(), random: () => 0, sleep: async () => {}, fetch: globalThis.fetch })
  const about = (findings: readonly Finding[], what: RegExp) => {
    const found = findings.filter((finding) => what.test(finding.what))
    assert.equal(found.length, 1, `${what}: ${found.length} findings`)
    return found[0] ?? assert.fail()
  }

  it('finds a tenant that has all it needs, and no more, in order', async () => {
    const findings = await examine()
    assert.deepEqual(
      findings.filter(({ status }) => status !== 'ok'),
      [],
    )
    assert.ok(!isIll(findings))
    for (const name of allPermissions) assert.equal(about(findings, new RegExp(`^${name}$`)).status, 'ok')
  })

  it('names each missing permission, what is lost, and the command that grants it', async () => {
    patient = { ...patient, accessPasses: true, access: true }
    for (const { name, optional, broader } of permissions) {
      if (optional === true) continue
      granted = allPermissions.filter((one) => one !== name && !broader.includes(one))
      const findings = await examine()
      assert.ok(isIll(findings))
      const finding = about(findings, new RegExp(`^${name}$`))
      assert.equal(finding.status, 'missing')
      assert.match(finding.why, /Without it /)
      assert.match(finding.fix ?? '', new RegExp(`Application permissions › ${name} › Add`))
      assert.match(finding.fix ?? '', new RegExp(`'${name}'[\\s\\S]*New-MgServicePrincipalAppRoleAssignment`))
    }
  })

  it('calls for the permission for Temporary Access Passes only where policy delivers them', async () => {
    const name = 'UserAuthMethod-TAP.ReadWrite.All'
    const pass = async () => about(await examine(), new RegExp(`^${name}$`))
    granted = allPermissions.filter((one) => one !== name)
    const unasked = await pass()
    assert.equal(unasked.status, 'ok')
    assert.match(unasked.why, /^optional.*not granted/)
    assert.equal(unasked.fix, undefined)
    granted = allPermissions
    assert.match((await pass()).why, /^optional/)
    patient = { ...patient, accessPasses: false }
    assert.equal((await pass()).status, 'unneeded')
    granted = allPermissions.filter((one) => one !== name)
    assert.ok(!(await examine()).some(({ what }) => what === name))
    patient = { ...patient, accessPasses: true }
    assert.equal((await pass()).status, 'missing')
    granted = [...granted, 'UserAuthenticationMethod.ReadWrite.All']
    assert.equal((await pass()).status, 'ok')
  })

  it('calls for the permission for memberships only where access can be asked for', async () => {
    const writes = 'GroupMember.ReadWrite.All'
    const settings = 'MailboxSettings.Read'
    const finding = async (name: string) => about(await examine(), new RegExp(`^${name}$`))
    granted = allPermissions.filter((name) => name !== writes && name !== settings)
    assert.match((await finding(writes)).why, /^optional, where access can be asked for.*not granted/)
    patient = { ...patient, access: true }
    const missing = await finding(writes)
    assert.equal(missing.status, 'missing')
    assert.match(missing.why, /give approved access.*Without it approved access is not given/)
    const unheard = await finding(settings)
    assert.equal(unheard.status, 'ok')
    assert.match(unheard.why, /^optional.*not granted: approvers who are away are asked all the same/)
    granted = allPermissions
    assert.equal((await finding(writes)).status, 'ok')
    assert.doesNotMatch((await finding(settings)).why, /not granted/)
    patient = { ...patient, access: false }
    assert.equal((await finding(writes)).status, 'unneeded')
    assert.equal((await finding(settings)).status, 'unneeded')
    granted = allPermissions.filter((name) => name !== writes && name !== settings)
    assert.ok(!(await examine()).some(({ what }) => what === writes || what === settings))
  })

  it('accepts a broader permission, and says to exchange it', async () => {
    granted = [...allPermissions.filter((name) => name !== 'User.Read.All'), 'User.ReadWrite.All']
    const findings = await examine()
    assert.equal(about(findings, /^User\.Read\.All$/).status, 'ok')
    const extra = about(findings, /^User\.ReadWrite\.All$/)
    assert.equal(extra.status, 'unneeded')
    assert.match(extra.fix ?? '', /^grant User\.Read\.All first; then .*Revoke admin consent/)
  })

  it('warns of permissions it has no use for', async () => {
    granted = [...allPermissions, 'RoleManagement.ReadWrite.Directory']
    const findings = await examine()
    assert.equal(about(findings, /^RoleManagement\.ReadWrite\.Directory$/).status, 'unneeded')
    assert.ok(!isIll(findings))
    patient = { ...patient, graph: { ...patient.graph, mailFrom: undefined } }
    const quiet = await examine()
    assert.equal(about(quiet, /^Mail\.Send$/).status, 'unneeded')
    assert.equal(about(quiet, /^NOTICE_MAILBOX$/).status, 'warning')
  })

  it('sees whether the application has the role for passwords', async () => {
    const role = async () => about(await examine(), /^Entra role/)
    assert.equal((await role()).status, 'ok')
    held = [{ principalId: self, roleDefinitionId: userAdministrator, directoryScopeId: '/administrativeUnits/1' }]
    assert.equal((await role()).status, 'warning')
    held = [{ principalId: 'somebody-else', roleDefinitionId: userAdministrator, directoryScopeId: '/' }]
    const none = await role()
    assert.equal(none.status, 'missing')
    assert.match(none.fix ?? '', new RegExp(`PrincipalId ${self} -RoleDefinitionId ${userAdministrator}`))
    held = [{ principalId: self, roleDefinitionId: '62e90394-69f5-4237-9190-012177145e10', directoryScopeId: '/' }]
    assert.equal((await role()).status, 'unneeded')
  })

  it('sees whether notices have a mailbox', async () => {
    const mailbox = async () => about(await examine(), /^NOTICE_MAILBOX$/).status
    assert.equal(await mailbox(), 'ok')
    mailboxes = { 'helpbot@nordwind.example': null }
    assert.equal(await mailbox(), 'missing')
    mailboxes = {}
    assert.equal(await mailbox(), 'missing')
  })

  it('sees whether the bot can sign in and write first', async () => {
    const { teams } = patient
    assert.ok(teams)
    const token = async () => Promise.reject(new CredentialError('no such application', { passing: false }))
    patient = { ...patient, teams: { ...teams, catalogAppId: undefined, itChannel: undefined, tokens: { token } } }
    const findings = await examine()
    assert.match(about(findings, /^TEAMS_APP_ID$/).why, /cannot sign in.*no such application/)
    assert.equal(about(findings, /^TEAMS_CATALOG_APP_ID$/).status, 'warning')
    assert.equal(about(findings, /^TEAMS_IT_CHANNEL$/).status, 'warning')
  })

  it('warns a month before the certificate expires, and of a clock that is wrong', async () => {
    const { app } = await testCertificates()
    writeFileSync(join(folder, 'soon.pem'), `${app.key}${app.cert}`)
    patient = { ...patient, graph: { ...patient.graph, certificate: join(folder, 'soon.pem') } }
    const soon = about(await examine(), /^GRAPH_CERTIFICATE$/)
    assert.equal(soon.status, 'warning')
    assert.match(soon.why, /valid until \d{4}-\d\d-\d\d \(29 days\)/)
    date = new Date(Date.now() + 120_000)
    assert.equal(about(await examine(), /^clock$/).status, 'warning')
    date = new Date(Date.now() - 600_000)
    assert.equal(about(await examine(), /^clock$/).status, 'missing')
  })

  it('goes on as far as it can when the certificate is bad or nobody answers', async () => {
    const { app } = await makeCertificates({ now: new Date('2020-01-01') })
    writeFileSync(join(folder, 'old.pem'), `${app.key}${app.cert}`)
    patient = { ...patient, graph: { ...patient.graph, certificate: join(folder, 'old.pem') } }
    const expired = await examine()
    assert.match(about(expired, /^GRAPH_CERTIFICATE$/).why, /expired on 2020-01-31/)
    assert.match(about(expired, /^token for/).why, /expired on 2020-01-31/)
    const gone = await localServer(() => {})
    await gone.close()
    patient = { ...patient, graph: { ...patient.graph, certificate: join(folder, 'app.pem'), authority: gone.url } }
    const silent = await examine()
    assert.match(about(silent, /^AUTHORITY$/).why, /does not answer/)
    assert.equal(about(silent, /^token for/).status, 'missing')
    patient = { ...patient, graph: { ...patient.graph, authority: `${server.url}/elsewhere` } }
    assert.match(about(await examine(), /^AUTHORITY$/).why, /knows no tenant/)
  })

  it('prints one line a finding with the fix below it', () => {
    const finding: Finding = { status: 'missing', what: 'X', why: 'y', fix: 'one\ntwo' }
    assert.equal(line(finding), 'missing   X: y\n          fix: one\n               two')
    assert.equal(line({ status: 'ok', what: 'X', why: 'y' }), 'ok        X: y')
  })

  describe('as a command', () => {
    const run = async (changes: Record<string, string> = {}) => {
      const { ca } = await testCertificates()
      const caFile = join(folder, 'ca.pem')
      writeFileSync(caFile, ca)
      const env = {
        PATH: process.env.PATH ?? '',
        NODE_EXTRA_CA_CERTS: caFile,
        HELPBOT_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
        GRAPH_TENANT_ID: tenant,
        GRAPH_CLIENT_ID: clientId,
        GRAPH_CERTIFICATE: join(folder, 'app.pem'),
        GRAPH_ENDPOINT: server.url,
        AUTHORITY: server.url,
        NOTICE_MAILBOX: 'helpbot@nordwind.example',
        TEAMS_APP_ID: clientId,
        TEAMS_CATALOG_APP_ID: '5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34',
        ...changes,
      }
      const script = join(import.meta.dirname, '../../../bot/doctor/main.ts')
      try {
        const { stdout } = await promisify(execFile)(process.execPath, ['--use-env-proxy', script], { env })
        return { code: 0, output: stdout }
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
        return { code, output: `${stdout}${stderr}` }
      }
    }

    it('ends with 0 when all is there', async () => {
      const { code, output } = await run()
      assert.match(output, /^ok +User\.Read\.All: recognise who is writing/m)
      assert.match(output, /^0 missing, /m)
      assert.equal(code, 0)
    })

    it('calls for writing memberships once a catalogue is set', async () => {
      granted = allPermissions.filter((name) => name !== 'GroupMember.ReadWrite.All')
      assert.equal((await run()).code, 0)
      const { code, output } = await run({ HELPBOT_CATALOGUE: exampleCatalogue })
      assert.match(output, /^missing +GroupMember\.ReadWrite\.All: /m)
      assert.equal(code, 1)
    })

    it('looks whether the catalogue fits the directory, and ends with 2 where it cannot be read', async () => {
      const strange = await run({ HELPBOT_CATALOGUE: exampleCatalogue })
      assert.match(strange.output, /^missing +catalogue entry finance-reports: the directory has no group 0{8}-/m)
      assert.match(strange.output, /^ +fix: write the object id of the group that is meant/m)
      assert.equal(strange.code, 1)
      const gone = await run({ HELPBOT_CATALOGUE: join(folder, 'no-catalogue.yaml') })
      assert.match(gone.output, /HELPBOT_CATALOGUE: .*cannot be read/)
      assert.equal(gone.code, 2)
      writeFileSync(join(folder, 'faulty.yaml'), 'entries: {}\nsurprise: 1\n')
      const faulty = await run({ HELPBOT_CATALOGUE: join(folder, 'faulty.yaml') })
      assert.match(faulty.output, /The catalogue has a fault:[\s\S]*surprise/)
      assert.equal(faulty.code, 2)
    })

    it('ends with 1 when something is missing, and with 2 when the settings are faulty', async () => {
      granted = []
      const missing = await run()
      assert.match(missing.output, /^missing +User\.Read\.All: /m)
      assert.equal(missing.code, 1)
      const faulty = await run({ GRAPH_TENANT_ID: 'x', GRAPH_ENDPOINT: 'http://graph' })
      assert.match(faulty.output, /GRAPH_TENANT_ID: must be a GUID[\s\S]*GRAPH_ENDPOINT: must start with https/)
      assert.equal(faulty.code, 2)
    })
  })
})
